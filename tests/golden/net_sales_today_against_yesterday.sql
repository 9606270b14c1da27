WITH rows AS (
  SELECT
    0 AS "before",
    f."paid" AS "paid",
    f."refunded" AS "refunded",
    f."adjusted" AS "adjusted",
    f."refunded_undated" AS "refunded_undated",
    CASE WHEN f."currency" <> 'CNY' THEN CAST(1 AS BIGINT) END AS "foreign_rows"
  FROM rollup."sales_category" AS f
  WHERE
    f."bucket" >= $1 AND f."bucket" < $2
  UNION ALL
  SELECT
    1 AS "before",
    f."paid" AS "paid",
    f."refunded" AS "refunded",
    f."adjusted" AS "adjusted",
    f."refunded_undated" AS "refunded_undated",
    CASE WHEN f."currency" <> 'CNY' THEN CAST(1 AS BIGINT) END AS "foreign_rows"
  FROM rollup."sales" AS f
  WHERE
    f."bucket" >= $3 AND f."bucket" < $4
  UNION ALL
  SELECT
    1 AS "before",
    SUM(CAST(f."report_paid" AS DECIMAL(18, 4))) AS "paid",
    CAST(NULL AS DECIMAL(38, 4)) AS "refunded",
    CAST(NULL AS DECIMAL(38, 4)) AS "adjusted",
    CAST(NULL AS DECIMAL(38, 4)) AS "refunded_undated",
    COUNT(CASE WHEN COALESCE(f."report_currency", '') <> 'CNY' THEN CAST(1 AS BIGINT) END) AS "foreign_rows"
  FROM fact."order_line" AS f
  WHERE
    f."paid_time" >= $5
    AND f."paid_time" < $6
    AND (
      f."kind" <> 'adjustment' AND NOT f."excluded" IS TRUE
    )
  UNION ALL
  SELECT
    1 AS "before",
    CAST(NULL AS DECIMAL(38, 4)) AS "paid",
    SUM(
      CASE
        WHEN f."status" = 'succeeded' AND NOT f."excluded" IS TRUE
        THEN CAST(f."report_amount" AS DECIMAL(18, 4))
      END
    ) AS "refunded",
    CAST(NULL AS DECIMAL(38, 4)) AS "adjusted",
    SUM(
      CASE
        WHEN f."status" = 'succeeded' AND f."refund_time" IS NULL AND NOT f."excluded" IS TRUE
        THEN CAST(f."report_amount" AS DECIMAL(18, 4))
      END
    ) AS "refunded_undated",
    COUNT(CASE WHEN COALESCE(f."report_currency", '') <> 'CNY' THEN CAST(1 AS BIGINT) END) AS "foreign_rows"
  FROM fact."refund" AS f
  WHERE
    f."effective_time" >= $5
    AND f."effective_time" < $6
    AND (
      (
        f."status" = 'succeeded' AND NOT f."excluded" IS TRUE
      )
      OR (
        f."status" = 'succeeded' AND f."refund_time" IS NULL AND NOT f."excluded" IS TRUE
      )
    )
  UNION ALL
  SELECT
    1 AS "before",
    CAST(NULL AS DECIMAL(38, 4)) AS "paid",
    CAST(NULL AS DECIMAL(38, 4)) AS "refunded",
    SUM(CAST(f."report_amount" AS DECIMAL(18, 4))) AS "adjusted",
    CAST(NULL AS DECIMAL(38, 4)) AS "refunded_undated",
    COUNT(CASE WHEN COALESCE(f."report_currency", '') <> 'CNY' THEN CAST(1 AS BIGINT) END) AS "foreign_rows"
  FROM fact."order_line" AS f
  WHERE
    f."order_time" >= $5
    AND f."order_time" < $6
    AND (
      f."kind" = 'adjustment' AND NOT f."excluded" IS TRUE
    )
), merged AS (
  SELECT
    COALESCE(SUM(CASE WHEN "before" = 0 THEN "paid" END), 0) AS "paid",
    COALESCE(SUM(CASE WHEN "before" = 1 THEN "paid" END), 0) AS "paid__before",
    COALESCE(SUM(CASE WHEN "before" = 0 THEN "refunded" END), 0) AS "refunded",
    COALESCE(SUM(CASE WHEN "before" = 1 THEN "refunded" END), 0) AS "refunded__before",
    COALESCE(SUM(CASE WHEN "before" = 0 THEN "adjusted" END), 0) AS "adjusted",
    COALESCE(SUM(CASE WHEN "before" = 1 THEN "adjusted" END), 0) AS "adjusted__before",
    COALESCE(SUM(CASE WHEN "before" = 0 THEN "refunded_undated" END), 0) AS "refunded_undated",
    SUM("foreign_rows") AS "foreign_rows"
  FROM rows
)
SELECT
  CAST(m."foreign_rows" AS BIGINT) AS "foreign_rows",
  CAST(CAST((
    (
      "paid"
    ) - (
      "refunded"
    ) + (
      "adjusted"
    )
  ) AS DECIMAL(38, 4)) AS TEXT) AS "net_sales",
  CAST(CAST((
    (
      "paid__before"
    ) - (
      "refunded__before"
    ) + (
      "adjusted__before"
    )
  ) AS DECIMAL(38, 4)) AS TEXT) AS "net_sales__before",
  m."refunded" AS "note_refunded",
  m."refunded_undated" AS "note_refunded_undated"
FROM merged AS m
