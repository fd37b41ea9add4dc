"""The real tables of the suite, and what scikit-learn makes of them: see tables.mjs.

    tables.py export FOLDER     writes each table as CSV, and tables.json with its target and its half
    tables.py score FOLDER      reads {"file", "target", "task", "train", "test"} a line on stdin; prints scores a line
"""

import json
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
import pandas as pd
from tables import load, models

warnings.filterwarnings("ignore")

# name: (source, name there, target, columns left out: copies of the target or of its parts, ids). Thresholds are chosen by these, …
CHOOSING = {
    "wine": ("sklearn", "wine", "target", []),
    "breast cancer": ("sklearn", "breast_cancer", "target", []),
    "Titanic": ("R", "titanic", "survived", []),
    "Chile": ("R", "Chile", "vote", []),
    "glass": ("R", "fgl", "type", []),
    "AIDS": ("R", "Aids2", "status", ["death"]),
    "hospital": ("R", "medpar", "died", []),
    "heating": ("R", "Heating", "depvar", ["idcase"]),
    "labour force": ("R", "Participation", "lfp", []),
    "mortgages": ("R", "Hdma", "deny", []),
    "extraversion": ("R", "Cowles", "volunteer", []),
    "Boston": ("R", "Boston", "medv", []),
    "Windsor": ("R", "Housing", "price", []),
    "wages, Ontario": ("R", "SLID", "wages", []),
    "salaries": ("R", "Salaries", "salary", []),
    "cigarettes": ("R", "Cigar", "sales", []),
    "office visits": ("R", "OFP", "ofp", []),
    "medical costs": ("R", "MedExp", "med", []),
    "schooling": ("R", "Schooling", "lwage76", ["wage76"]),
    "states": ("R", "Produc", "unemp", []),
}
# … and by these the figures are reported.
REPORTED = {
    "digits": ("sklearn", "digits", "target", []),
    "biopsy": ("R", "biopsy", "class", ["ID"]),
    "Pima": ("R", "Pima.te", "type", []),
    "mathematics": ("R", "Mathlevel", "mathlevel", []),
    "crabs": ("R", "crabs", "sp", ["index"]),
    "fishing": ("R", "Fishing", "mode", ["price", "catch"]),
    "crackers": ("R", "Cracker", "choice", ["id"]),
    "cirrhosis": ("R", "pbc", "status", ["id"]),
    "tumours": ("R", "nwtco", "rel", ["seqno", "edrel"]),
    "women's work": ("R", "Mroz", "work", ["hoursw", "hearnw", "wagew"]),
    "personality": ("R", "bfi", "gender", []),
    "diabetes": ("sklearn", "diabetes", "target", []),
    "diamonds": ("R", "diamonds", "price", []),
    "computers": ("R", "Computers", "price", []),
    "schools": ("R", "Caschool", "testscr", ["readscr", "mathscr", "distcod", "district"]),
    "cars": ("R", "mpg", "cty", ["hwy"]),
    "earthquakes": ("R", "quakes", "stations", []),
    "doctor visits": ("R", "mdvis", "numvisit", []),
    "hospital stays": ("R", "azpro", "los", []),
    "young men": ("R", "Griliches", "lw", ["lw80"]),
    "working hours": ("R", "Workinghours", "hours", []),
    "crime": ("R", "Crime", "crmrte", []),
    "earnings": ("R", "Treatment", "re78", []),
    "wages, panel": ("R", "Wages", "lwage", []),
}
MOST_ROWS = 1500


def export(folder):
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for half, tables in {"choosing": CHOOSING, "reported": REPORTED}.items():
        for name, (source, there, target, dropped) in tables.items():
            frame = load(source, there, target).drop(columns=dropped)
            frame = frame[frame[target].notna()]
            if len(frame) > MOST_ROWS:
                frame = frame.sample(MOST_ROWS, random_state=0)
            values = frame[target].nunique()
            numeric = pd.api.types.is_numeric_dtype(frame[target]) and values > 4
            if not numeric:
                # Classes of fewer rows can hardly be held out.
                frame = frame[frame[target].map(frame[target].value_counts()) >= 8]
            file = f"{there}.csv"
            frame.to_csv(folder / file, index=False)
            listed.append(
                {
                    **{"name": name, "half": half, "file": file, "target": target},
                    **{"task": "regression" if numeric else "classification", "rows": len(frame)},
                }
            )
    (folder / "tables.json").write_text(json.dumps(listed))


def score(folder):
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.metrics import accuracy_score, r2_score
    from sklearn.preprocessing import StandardScaler

    for line in sys.stdin:
        job = json.loads(line)
        frame = pd.read_csv(folder / job["file"], keep_default_na=True)
        y = frame.pop(job["target"])
        categories = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
        frame[categories] = frame[categories].astype(str)
        numbers = [c for c in frame if c not in categories]
        train, test = job["train"], job["test"]
        is_classes = job["task"] == "classification"
        if is_classes:
            # Early stopping of MLPClassifier takes no texts.
            y = y.astype("category").cat.codes
        every = models(job["task"], categories, numbers, [])
        scores = {}
        for name in ["MLP", "linear"]:
            model = every[name]
            if name == "MLP":
                model[-1].set_params(early_stopping=True, max_iter=500, n_iter_no_change=20)
                if not is_classes:
                    model = TransformedTargetRegressor(model, transformer=StandardScaler())
            model.fit(frame.iloc[train], y.iloc[train])
            measure = accuracy_score if is_classes else r2_score
            scores[name] = float(measure(y.iloc[test], model.predict(frame.iloc[test])))
        print(json.dumps(scores), flush=True)


if __name__ == "__main__":
    {"export": export, "score": score}[sys.argv[1]](Path(sys.argv[2]))
