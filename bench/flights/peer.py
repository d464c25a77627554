"""Trains the same model with DuckDB for the features and scikit-learn for the rest; prints one line of JSON."""
import json
import resource
import sys
import time

import duckdb
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

start = time.perf_counter()
database = duckdb.connect(config={"threads": 2, "memory_limit": "1GiB"})
rows = database.execute(
    """
    WITH flight AS (SELECT * FROM read_parquet(?)),
    instant AS (SELECT origin, date, sum(delay) AS s, count(*) AS n FROM flight GROUP BY ALL),
    running AS (SELECT origin, date, sum(s) OVER w AS s, sum(n) OVER w AS n FROM instant
        WINDOW w AS (PARTITION BY origin ORDER BY date)),
    known AS (SELECT f.*, r.s, r.n FROM flight f ASOF LEFT JOIN running r
        ON f.origin = r.origin AND f.date - INTERVAL 3 HOUR >= r.date WHERE f.delay >= -60)
    SELECT ln(1 + k.distance) AS log_distance, hour(k.date) AS hour, isodow(k.date) AS weekday,
        k.origin, k.destination, k.delay > 15 AS late, k.date < '2001-05-01' AS train, k.date >= '2001-05-25' AS test,
        coalesce((k.s - coalesce(e.s, 0)) / nullif(k.n - coalesce(e.n, 0), 0), 0) AS origin_delay
    FROM known k ASOF LEFT JOIN running e ON k.origin = e.origin AND k.date - INTERVAL 7 DAY > e.date
    """,
    [sys.argv[1]],
).df()
model = make_pipeline(
    ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["log_distance", "origin_delay"]),
            ("categories", OneHotEncoder(handle_unknown="ignore"), ["hour", "weekday", "origin", "destination"]),
        ]
    ),
    LogisticRegression(C=1.0, max_iter=200),
)
train, test = rows[rows.train], rows[rows.test]
model.fit(train, train.late)
auc = roc_auc_score(test.late, model.predict_proba(test)[:, 1])
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - start,
            "cpuSeconds": time.process_time(),
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "trainRows": int(np.count_nonzero(rows.train)),
            "testAuc": float(auc),
        }
    )
)
