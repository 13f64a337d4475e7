# SPDX-License-Identifier: Apache-2.0
"""Readers that are not ours open every export of one period, and all of them must read the same figures.

read_exports.py FOLDER TOOLS [SHOWN]: FOLDER has the files csv, dictionary, xlsx, dhis2, dhis2-metadata, dhis2-omitted, fhir
and sdmx. Python's csv reads the CSV, LibreOffice the workbook, ajv checks FHIR and DHIS2 (check_schemas.cjs), pysdmx
reads the SDMX-CSV. SHOWN is JSON of figures as people were shown them: a list of objects with roster, indicator, table
(empty of a total), place (or empty), value and margin; each must stand so in each file, at its own place. Prints what
each saw; exits 1 on the first thing that is wrong.
"""
import collections
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

FOLDER, TOOLS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
HERE = os.path.dirname(os.path.abspath(__file__))
NUMBERS = {"value", "margin", "raw_sum", "variance", "contributors", "collectives"}
DIMENSIONS = ["place", "age_band", "gender", "exploitation_type", "domain", "service_type"]
ABSENT = {"too_few_to_say": "unknown", "suppressed": "masked", "not_reported": "unknown", "not_collected": "not-asked"}
STATUS = {"too_few_to_say": "N", "suppressed": "Q", "not_reported": "O", "not_collected": "L"}
FORMULA = "=+-@\t\r\n＝＋－＠"


def path(name):
    return os.path.join(FOLDER, name)


def read_csv(name):
    with open(path(name), "rb") as file:
        assert file.read(3) == b"\xef\xbb\xbf", "no byte order mark, so Excel would not read it as UTF-8"
    with open(path(name), newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, strict=True))
    for row in rows:
        for column, text in row.items():
            if text and text[0] in FORMULA:
                assert column in NUMBERS and re.fullmatch(r"-?\d+", text), f"{column} would be run: {text!r}"
    return rows


def check_csv():
    rows = read_csv("csv")
    for row in rows:
        is_number = row["display"] == "number"
        assert bool(row["value"]) == is_number, row
        assert is_number or row["display"] in ABSENT, row
        assert bool(row["margin"]) == (row["display"] in ("number", "too_few_to_say")), row
    seen = collections.Counter(row["display"] for row in rows)
    print("csv:", ", ".join(f"{count} {display}" for display, count in sorted(seen.items())))
    words = {(row["kind"], row["id"]) for row in read_csv("dictionary")}
    for column in rows[0]:
        assert ("column", column) in words, column
    for row in rows:
        for kind, column in [("display", "display"), ("state", "state"), ("indicator", "indicator"), ("table", "table"),
                             *((name, name) for name in DIMENSIONS)]:
            # A state that is kept private is no place of the catalogue.
            if row[column] and row["display"] != "suppressed":
                assert (kind, row[column]) in words, (kind, row[column])
    return rows


def undefused(text):
    """As it was before the apostrophe; line ends apart, which a cell has in its own way."""
    if len(text) > 1 and text[0] == "'" and text[1] in FORMULA:
        text = text[1:]
    return re.sub(r"[\r\n\t]+", " ", text).strip()


def check_xlsx(rows):
    """LibreOffice writes each sheet as CSV with every text quoted and no number quoted, formulas as what they give."""
    with tempfile.TemporaryDirectory() as made:
        options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1"
        os.symlink(path("xlsx"), os.path.join(made, "book.xlsx"))
        subprocess.run(["soffice", "-env:UserInstallation=file://" + made + "/home", "--headless", "--convert-to", options,
                        "--outdir", made, os.path.join(made, "book.xlsx")], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=240)
        sheets = {}
        for sheet in ("Figures", "Dictionary"):
            with open(os.path.join(made, f"book-{sheet}.csv"), newline="", encoding="utf-8") as file:
                sheets[sheet] = list(csv.reader(file, quoting=csv.QUOTE_NONNUMERIC))
    columns, cells = sheets["Figures"][0], sheets["Figures"][1:]
    assert columns == list(rows[0]), columns
    assert len(cells) == len(rows), (len(cells), len(rows))
    numbers = 0
    for row, line in zip(rows, cells):
        for column, cell in zip(columns, line):
            wanted = row[column]
            if column == "value" and not wanted:
                assert cell == row["display"], (column, cell, row)  # a text, so no sum takes it for 0
            elif column in NUMBERS and wanted:
                assert isinstance(cell, float) and cell == int(wanted), (column, cell, wanted)
                numbers += 1
            else:
                assert isinstance(cell, str) and undefused(cell) == undefused(wanted), (column, cell, wanted)
    assert len(sheets["Dictionary"]) == len(read_csv("dictionary")) + 1
    print(f"xlsx: {len(cells)} rows, {numbers} cells are numbers, by LibreOffice")
    return [dict(zip(columns, line)) for line in cells]


def load(name):
    with open(path(name), encoding="utf-8") as file:
        return json.load(file)


def check_dhis2(rows):
    values, metadata, omitted = load("dhis2"), load("dhis2-metadata"), load("dhis2-omitted")["omitted"]
    known = {each["id"]: each for objects in metadata.values() for each in objects}
    names = {each["id"]: each["name"] for each in metadata["dataElements"]}
    sent, deleted, keys = collections.Counter(), 0, set()
    for each in values["dataValues"]:
        for member in ("dataElement", "orgUnit", "categoryOptionCombo"):
            assert member not in each or each[member] in known, each
        key = tuple(each.get(member) for member in ("dataElement", "period", "orgUnit", "categoryOptionCombo"))
        assert key not in keys, key
        keys.add(key)
        if names[each["dataElement"]].endswith(" number"):
            if "value" in each:
                sent[int(each["value"])] += 1
            else:
                deleted += 1
    assert values["dataSet"] in known
    for objects in metadata.values():
        for each in objects:
            for text in re.findall(r'"id": "([^"]+)"', json.dumps(each)):
                assert text in known, text
    assert sent == collections.Counter(int(row["value"]) for row in rows if row["value"]), "other numbers than in the CSV"
    reasons = collections.Counter(each["reason"] for each in omitted)
    assert reasons == collections.Counter(row["display"] for row in rows if not row["value"]), reasons
    assert deleted == sum("dataElement" in each for each in omitted)
    print(f"dhis2: {sum(sent.values())} numbers, {deleted} deleted, {len(omitted)} listed as omitted")


def check_fhir(rows):
    seen = collections.Counter()

    def take(population):
        ours = {each["url"]: each for each in population["extension"]}
        display = ours["urn:aangan:fhir:value"]["valueCode"]
        if display == "number":
            assert isinstance(population["count"], int) and "_count" not in population
            seen[display, population["count"]] += 1
        else:
            assert "count" not in population
            [reason] = population["_count"]["extension"]
            assert reason["url"] == "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
            assert reason["valueCode"] == ABSENT[display]
            seen[display, None] += 1

    for group in load("fhir")["group"]:
        for population in group.get("population", []):
            take(population)
        for stratifier in group.get("stratifier", []):
            for stratum in stratifier["stratum"]:
                take(stratum["population"][0])
    wanted = collections.Counter((row["display"], int(row["value"]) if row["value"] else None) for row in rows)
    assert seen == wanted, seen
    print(f"fhir: {sum(seen.values())} populations, each with a count or the reason why not")


SDMX_READER = """
import json, sys
from pysdmx.io import read_sdmx
[data] = read_sdmx(sys.argv[1]).data
print(json.dumps([data.structure, data.data.astype(str).to_dict("records")]))
"""


def check_sdmx(rows):
    made = subprocess.run([os.path.join(TOOLS, "venv/bin/python"), "-c", SDMX_READER, path("sdmx")], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    structure, observations = json.loads(made)
    assert structure == "Dataflow=AANGAN:FIGURES(1.0.0)", structure
    assert len(observations) == len(rows)
    keys = set()
    for row, each in zip(rows, observations):
        number = each["OBS_VALUE"] not in ("", "nan", "None")
        assert number == bool(row["value"]), each
        if number:
            assert float(each["OBS_VALUE"]) == int(row["value"])
            assert each["OBS_STATUS"] == ("P" if row["state"] == "provisional" else "A")
        else:
            assert each["OBS_STATUS"] == STATUS[row["display"]], each
        assert each["CONF_STATUS"] == ("C" if row["display"] == "suppressed" else "F")
        keys.add(tuple(each[name] for name in ("ROSTER", "INDICATOR", "TABLE", "TIME_PERIOD",
                                               *(name.upper() for name in DIMENSIONS))))
    assert len(keys) == len(rows), "an observation stands twice"
    print(f"sdmx: {len(observations)} observations, by pysdmx")
    return observations


def of_table(lines, shown, total="", other=""):
    """The one line of a figure, in a file that has a line a figure; it is divided by its place alone or by nothing."""
    wanted = {"indicator": shown["indicator"], "table": shown["table"] or total,
              **{name: shown["place"] or other if name == "place" else other for name in DIMENSIONS}}
    lines = [{name.lower(): text for name, text in line.items()} for line in lines]
    [line] = [line for line in lines if all(line[name] == text for name, text in wanted.items())]
    return line


def of_dhis2(shown, what):
    metadata = load("dhis2-metadata")
    name_of = {each["id"]: each["name"] for objects in metadata.values() for each in objects}
    element = f"Aangan {shown['roster']} {shown['table'] or 'total'} {shown['indicator']} {what}"
    unit = " ".join(["Aangan", shown["roster"], shown["place"]]).strip()
    [value] = [each["value"] for each in load("dhis2")["dataValues"]
               if name_of[each["dataElement"]] == element and name_of[each["orgUnit"]] == unit]
    return int(value)


def of_fhir(shown):
    codes = [shown["indicator"], *([shown["table"]] if shown["table"] else [])]
    [group] = [each for each in load("fhir")["group"] if [one["code"] for one in each["code"]["coding"]] == codes]
    populations = [] if shown["place"] else group["population"]
    for stratifier in group.get("stratifier", []):
        for stratum in stratifier["stratum"]:
            if [one["value"]["coding"][0]["code"] for one in stratum["component"]] == [shown["place"]]:
                populations += stratum["population"]
    [population] = populations
    [margin] = [each["valueInteger"] for each in population["extension"] if each["url"].endswith("margin-95")]
    return population["count"], margin


def check_shown(all_shown, rows, sheet, observations):
    for shown in all_shown:
        wanted = (shown["value"], shown["margin"])
        line, cells, observation = of_table(rows, shown), of_table(sheet, shown), of_table(observations, shown, "_T", "_T")
        seen = {
            "csv": (int(line["value"]), int(line["margin"])),
            "xlsx": (cells["value"], cells["margin"]),
            "dhis2": (of_dhis2(shown, "number"), of_dhis2(shown, "margin")),
            "fhir": of_fhir(shown),
            "sdmx": (float(observation["obs_value"]), float(observation["margin_95"])),
        }
        for name, figure in seen.items():
            assert figure == wanted, f"{name} has {figure} where people see {wanted}: {shown}"
    print(f"shown: {len(all_shown)} figures, the same in every file")


def main():
    rows = check_csv()
    assert rows
    sheet = check_xlsx(rows)
    subprocess.run(["node", os.path.join(HERE, "check_schemas.cjs"), FOLDER, TOOLS], check=True)
    check_dhis2(rows)
    check_fhir(rows)
    observations = check_sdmx(rows)
    if len(sys.argv) > 3:
        check_shown(json.loads(sys.argv[3]), rows, sheet, observations)


main()
