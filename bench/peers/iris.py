"""A peer: scikit-learn's MLPClassifier on iris behind a StandardScaler, the whole process timed from outside."""
import csv
import sys

from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open(sys.argv[1]) as file:
    rows = list(csv.reader(file))[1:]
x = [[float(cell) for cell in row[:-1]] for row in rows]
y = [row[-1] for row in rows]
seed = int(sys.argv[2])
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=seed)
model = make_pipeline(StandardScaler(), MLPClassifier((64, 32), max_iter=500, random_state=seed))
model.fit(x_train, y_train)
print(model.score(x_test, y_test))
