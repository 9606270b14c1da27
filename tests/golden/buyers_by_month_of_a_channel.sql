WITH merged AS (
  SELECT
    0 AS "before",
    "month",
    COUNT(CASE WHEN "orders" >= 1 THEN 1 END) AS "buyers"
  FROM (
    SELECT
      0 AS "before",
      CAST(DATE_TRUNC('MONTH', CAST(f."bucket" AS TIMESTAMP)) AS DATE) AS "month",
      f."buyer" AS "entity_0",
      SUM(f."orders") AS "orders"
    FROM rollup."buyer_day" AS f
    WHERE
      f."channel" IN ($1)
    GROUP BY
      2,
      3
  ) AS e
  GROUP BY
    "month"
)
SELECT
  m."month",
  CAST("buyers" AS BIGINT) AS "buyers"
FROM merged AS m
WHERE
  "buyers" <> 0
ORDER BY
  "month" ASC
