WITH merged AS (
  SELECT
    0 AS "before",
    COALESCE(SUM(f."paid"), 0) AS "paid",
    COALESCE(SUM(f."refunded"), 0) AS "refunded",
    COALESCE(SUM(f."adjusted"), 0) AS "adjusted",
    COALESCE(SUM(f."refunded_undated"), 0) AS "refunded_undated",
    COUNT(CASE WHEN f."currency" <> 'CNY' THEN CAST(1 AS BIGINT) END) AS "foreign_rows"
  FROM rollup."sales_category" AS f
  WHERE
    f."bucket" >= $1 AND f."bucket" < $2
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
  m."refunded" AS "note_refunded",
  m."refunded_undated" AS "note_refunded_undated"
FROM merged AS m
