"""Fits the rows that fit.ts wrote with another library and prints one line of JSON like it.

Arguments: `lightgbm` or `sklearn`, threads, folder with the rows.
"""
import os
import sys

library, threads, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.environ["OMP_NUM_THREADS"] = str(threads)

import json
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

warnings.simplefilter("ignore")
folder = Path(target)
categories = json.loads((folder / "categories.json").read_text())


def load(part):
    label = np.fromfile(folder / f"{part}-label")
    numbers = np.fromfile(folder / f"{part}-numbers").reshape(-1, len(label)).T
    if not categories:
        return np.ascontiguousarray(numbers), label
    codes = np.fromfile(folder / f"{part}-codes", dtype=np.int32).reshape(-1, len(label)).T
    return np.column_stack([numbers, codes + 1.0]), label


x, y = load("training")
x_test, y_test = load("test")
first = x.shape[1] - len(categories)
columns = list(range(first, x.shape[1]))


def fit_lightgbm():
    import lightgbm

    data = lightgbm.Dataset(x, y, categorical_feature=columns)
    options = dict(objective="binary", num_leaves=31, learning_rate=0.1, min_data_in_leaf=20, max_bin=255)
    model = lightgbm.train(dict(options, lambda_l2=0, num_threads=threads, verbose=-1), data, 100)
    return model.predict


def fit_sklearn():
    from sklearn.ensemble import HistGradientBoostingClassifier

    mask = np.arange(x.shape[1]) >= first
    model = HistGradientBoostingClassifier(
        max_iter=100,
        max_leaf_nodes=31,
        learning_rate=0.1,
        min_samples_leaf=20,
        max_bins=255,
        early_stopping=False,
        categorical_features=mask if len(categories) else None,
    )
    model.fit(x, y)
    return model.decision_function


cpu, wall = [], []
for _ in range(3):
    cpu_start, wall_start = time.process_time(), time.perf_counter()
    predict = {"lightgbm": fit_lightgbm, "sklearn": fit_sklearn}[library]()
    cpu.append(time.process_time() - cpu_start)
    wall.append(time.perf_counter() - wall_start)
auc = roc_auc_score(y_test, predict(x_test))
print(json.dumps(dict(cpuSeconds=cpu, seconds=wall, testAuc=auc, peakBytes=0)))
