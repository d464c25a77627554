"""The network of fit.ts by scikit-learn, on the rows of the file that is named. Prints CPU seconds and the mean loss."""

import json
import os
import sys
import time
import warnings

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy  # noqa: E402
from sklearn.metrics import log_loss  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402

warnings.filterwarnings("ignore")
columns = int(sys.argv[2])
rows = numpy.fromfile(sys.argv[1], dtype=numpy.float64).reshape(columns + 1, -1)
features, label = rows[:columns].T.copy(), rows[columns]
before = time.process_time()
network = MLPClassifier((64, 32), batch_size=256, max_iter=5, alpha=0, tol=0, random_state=0).fit(features, label)
seconds = time.process_time() - before
print(json.dumps({"cpuSeconds": seconds, "loss": log_loss(label, network.predict_proba(features))}))
