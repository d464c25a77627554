"""The same join by Feast's DuckDB offline store; prints its CPU seconds as JSON."""

import json
import os
import sys
import tempfile
import time
from datetime import timedelta

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64

root, days = sys.argv[1], int(sys.argv[2])
folder = tempfile.mkdtemp()
store = FeatureStore(
    config=RepoConfig(
        project="join",
        provider="local",
        registry=os.path.join(folder, "registry.db"),
        offline_store={"type": "duckdb"},
        online_store={"type": "sqlite", "path": os.path.join(folder, "online.db")},
        entity_key_serialization_version=3,
    )
)
shop = Entity(name="shop", join_keys=["shop"], value_type=ValueType.INT64)
names = [f"x{i + 1}" for i in range(10)]
view = FeatureView(
    name="events",
    entities=[shop],
    ttl=timedelta(days=days),
    schema=[Field(name=name, dtype=Float64) for name in names],
    source=FileSource(path=os.path.join(root, "events.parquet"), timestamp_field="event_timestamp"),
)
store.apply([shop, view])
observations = pd.read_parquet(os.path.join(root, "observations.parquet"))
start = time.process_time()
joined = store.get_historical_features(observations, [f"events:{name}" for name in names]).to_df()
print(json.dumps({"cpuSeconds": time.process_time() - start, "rows": len(joined)}))
