WITH merged AS (
  SELECT
    0 AS "before",
    f."product" AS "product",
    COALESCE(SUM(f."paid"), 0) AS "paid",
    COUNT(CASE WHEN f."currency" <> 'CNY' THEN CAST(1 AS BIGINT) END) AS "foreign_rows"
  FROM rollup."sales_product" AS f
  WHERE
    f."bucket" >= $1 AND f."bucket" < $2
  GROUP BY
    2
), ranked AS (
  SELECT
    *,
    ROW_NUMBER() OVER (ORDER BY "paid" DESC, "product" ASC) AS "place",
    COUNT(*) OVER () AS "members"
  FROM merged
  WHERE
    "paid" <> 0
), others AS (
  SELECT
    SUM("paid") AS "paid",
    SUM("foreign_rows") AS "foreign_rows",
    COUNT(*) AS "beyond"
  FROM ranked
  WHERE
    "place" > $3
), total_merged AS (
  SELECT
    0 AS "before",
    COALESCE(SUM(f."paid"), 0) AS "paid",
    COUNT(CASE WHEN f."currency" <> 'CNY' THEN CAST(1 AS BIGINT) END) AS "foreign_rows"
  FROM rollup."sales_category" AS f
  WHERE
    f."bucket" >= $4 AND f."bucket" < $5
)
SELECT
  "slot",
  "product",
  "foreign_rows",
  "members",
  "paid_amount"
FROM (
  SELECT
    0 AS "slot",
    m."product",
    CAST(m."foreign_rows" AS BIGINT) AS "foreign_rows",
    CAST(m."members" AS BIGINT) AS "members",
    CAST(CAST("paid" AS DECIMAL(38, 4)) AS TEXT) AS "paid_amount",
    m."place" AS "row_place"
  FROM ranked AS m
  WHERE
    "place" <= $3
  UNION ALL
  SELECT
    1 AS "slot",
    CAST(NULL AS TEXT) AS "product",
    CAST(m."foreign_rows" AS BIGINT) AS "foreign_rows",
    CAST(NULL AS BIGINT) AS "members",
    CAST(CAST("paid" AS DECIMAL(38, 4)) AS TEXT) AS "paid_amount",
    CAST(NULL AS BIGINT) AS "row_place"
  FROM others AS m
  WHERE
    beyond > 0
  UNION ALL
  SELECT
    2 AS "slot",
    CAST(NULL AS TEXT) AS "product",
    CAST(m."foreign_rows" AS BIGINT) AS "foreign_rows",
    CAST(NULL AS BIGINT) AS "members",
    CAST(CAST("paid" AS DECIMAL(38, 4)) AS TEXT) AS "paid_amount",
    CAST(NULL AS BIGINT) AS "row_place"
  FROM total_merged AS m
) AS answer
ORDER BY
  "slot",
  "row_place"
