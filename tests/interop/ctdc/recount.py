# SPDX-License-Identifier: Apache-2.0
"""Deals the rows of the CTDC sample to twelve collectives and counts them again, sharing no code with the product.

recount.py --csv FILE|none --out FOLDER --quarters 2026Q1,2026Q2,2026Q3 --zones south_west=a,b,..;east=c,d,..

Writes <collective>.csv (its rows), ctdc.mapping.toml (for `aangan import`) and expected.tsv: collective, quarter, table,
code, count for every cell that the rows can fill. With --csv none it makes a file of the same shape and says so.

Source of the sample: Counter Trafficking Data Collaborative (CTDC), the global k-anonymised dataset. Weights: trafficking
cases by state, National Crime Records Bureau, Crime in India, 2018 to 2022 added up, split between a state's two.
"""
import argparse
import collections
import csv
import os
import random

WEIGHTS = {
    "andhra_pradesh_1": 671, "andhra_pradesh_2": 316, "assam_1": 651, "assam_2": 325, "bihar_1": 679,
    "jharkhand_1": 649, "kerala_1": 787, "maharashtra_1": 1294, "maharashtra_2": 98, "odisha_1": 582,
    "telangana_1": 1085, "telangana_2": 216,
}
HEADER = ["yearOfRegistration", "Datasource", "gender", "citizenship", "isForcedLabour", "ControlCategory",
          "RecruiterCategory", "ExploitType", "Labor_Type", "ageCategories"]
GENDER = {"Female": "woman", "Male": "man"}
EXPLOITATION = {"Sexual Exploitation": "sexual_exploitation", "Forced Labor": "forced_labour",
                "Forced Marriage": "forced_marriage", "Other": "other"}
# Age range -> its middle; an open range counts as its beginning.
MIDDLE = {"Age 0-8": 4, "Age 9-17": 13, "Age 18-20": 19, "Age 21-23": 22, "Age 24-26": 25, "Age 27-29": 28,
          "Age 30-38": 34, "Age 39-47": 43, "Age 48+": 48}


def sample(rows):
    """Rows of the same shape, where the sample itself is not there."""
    dice = random.Random(2026)
    for _ in range(rows):
        yield [str(dice.choice(range(2012, 2019))), "Case Management", dice.choice(["Female"] * 7 + ["Male", "0"]), "LK",
               "1", "Threats", "Other", dice.choice(sorted(EXPLOITATION)), "Unknown",
               dice.choice(sorted(MIDDLE) + ["-99"])]


def quarter_of(year, quarters):
    """2012 to 2018 shifted onto the last three ended quarters."""
    return quarters[0] if year <= 2015 else quarters[1] if year <= 2017 else quarters[2]


def band(age):
    return "under_18" if age < 18 else "18_29" if age < 30 else "30_47" if age < 48 else "48_and_over"


def write_mapping(path, quarters, reference):
    years = ", ".join('%d = "%s"' % (year, quarter_of(year, quarters)) for year in range(2012, 2019))
    codes = lambda table: ", ".join('"%s" = "%s"' % item for item in sorted(table.items()))
    with open(path, "w", encoding="utf-8") as file:
        file.write('id = "ctdc"\nnot_recorded = ["0", "-99"]\n\n[defaults]\n'
                   '"consent.be_counted.decision_date" = "%d-01-05"\n"consent.be_counted.notice_version" = "1"\n'
                   '"consent.be_counted.language" = "hi"\n' % (reference - 1))
        for name, field, more in [("yearOfRegistration", "member.enrolment_quarter", "values = { %s }" % years),
                                  ("gender", "member.gender", "values = { %s }" % codes(GENDER)),
                                  ("ExploitType", "member.exploitation_type", "values = { %s }" % codes(EXPLOITATION)),
                                  ("ageCategories", "member.birth_year",
                                   'kind = "age_range"\nreference_year = %d' % reference)]:
            file.write('\n[[column]]\nname = "%s"\nfield = "%s"\n%s\n' % (name, field, more))


def main():
    options = argparse.ArgumentParser()
    for name in ("csv", "out", "quarters", "zones"):
        options.add_argument("--" + name, required=True)
    options = options.parse_args()
    quarters = options.quarters.split(",")
    reference = int(quarters[2][:4])
    zone_of = {member: zone for zone, members in (part.split("=") for part in options.zones.split(";"))
               for member in members.split(",")}
    if options.csv == "none":
        print("The CTDC sample is not here: a generated file of the same shape is counted instead.")
        rows = list(sample(8000))
    else:
        with open(options.csv, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            if next(reader) != HEADER:
                raise SystemExit("the CTDC sample has other columns than expected")
            rows = list(reader)
    os.makedirs(options.out, exist_ok=True)
    names, weights = zip(*sorted(WEIGHTS.items()))
    dealt = collections.defaultdict(list)
    dice = random.Random(7)
    counts = collections.Counter()
    for row in rows:
        collective = dice.choices(names, weights)[0]
        dealt[collective].append(row)
        quarter = quarter_of(int(row[0]), quarters)
        age = MIDDLE.get(row[9])
        age_code = "unknown" if age is None else band(int(quarter[:4]) - (reference - age))
        for table, code in [("new_by_place", zone_of[collective]), ("new_by_gender", GENDER.get(row[2], "unknown")),
                            ("new_by_age_band", age_code),
                            ("new_by_exploitation", EXPLOITATION.get(row[7], "unknown"))]:
            counts[collective, quarter, table, code] += 1
    for collective in names:
        with open(os.path.join(options.out, collective + ".csv"), "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER] + dealt[collective])
    write_mapping(os.path.join(options.out, "ctdc.mapping.toml"), quarters, reference)
    with open(os.path.join(options.out, "expected.tsv"), "w", encoding="utf-8") as file:
        for key, count in sorted(counts.items()):
            file.write("\t".join(key) + "\t%d\n" % count)
    print("%d rows dealt to %d collectives" % (len(rows), len(names)))


if __name__ == "__main__":
    main()
