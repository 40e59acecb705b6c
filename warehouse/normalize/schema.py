"""The canonical tables: the one definition that normalization writes, dbt reads and the gate checks.

Column names, types and meanings belong here; how they are filled does not. Each table is one Parquet file
per normalized round (`<MTM_HOME>/build/normalized/<round_key>/<normalized_id>/<table>.parquet`).
"""

from __future__ import annotations

import polars as pl

Schema = dict[str, pl.DataType | type[pl.DataType]]

TEXT, INT, NUMBER, DATE, FLAG, TIME = pl.String, pl.Int64, pl.Float64, pl.Date, pl.Boolean, pl.Datetime("us")

# One row per accepted row of the main sheet: an interview with a key informant, or a location line.
ASSESSMENT: Schema = {
    "round_key": TEXT,
    "row_id": TEXT,  # unique in the round, stable for equal contents
    "sheet": TEXT,
    "row_number": INT,  # 1-based, as a spreadsheet shows it
    "place_code": TEXT,  # the finest place of the row
    "place_level": INT,
    "informant_count": INT,  # key informants heard for this row (usually 1)
    "interview_date": DATE,
    "submitted_at": TIME,
    "form_version": TEXT,
}

# One row per accepted row × count column of the delivery (also where the cell was blank: value_status says so).
POPULATION: Schema = {
    "round_key": TEXT,
    "row_id": TEXT,
    "place_code": TEXT,
    "place_level": INT,
    "population_category": TEXT,  # returned, emigrant, international, internal, idp, returnee_internal, …
    "dimension": TEXT,  # total | sex_age | year | country | reason | origin | …: parts of one dimension only
    "item": TEXT,  # year '2023', ISO3 'RUS', reason code, place code; null for total and sex_age
    "sex": TEXT,  # all | male | female
    "age_group": TEXT,  # all | '0-17' | …
    "unit": TEXT,  # individuals | households
    "value": INT,
    "value_status": TEXT,  # reported | derived | missing | not_asked | unreadable (a part that is not a number)
    "delivered_value": TEXT,  # the cell as it was delivered
}

# One row per accepted row × share column: which part of a category something is. Never added up over rows.
SHARE: Schema = {
    "round_key": TEXT,
    "row_id": TEXT,
    "place_code": TEXT,
    "place_level": INT,
    "population_category": TEXT,
    "dimension": TEXT,  # what the parts are of: sex_age, displacement_times, …
    "item": TEXT,
    "sex": TEXT,
    "age_group": TEXT,
    "value": NUMBER,  # 0 to 1, whatever the delivery's scale
    "value_status": TEXT,  # reported | missing | unreadable
    "delivered_value": TEXT,
}

# One row per place that an accepted row names, and per ancestor of it.
PLACE: Schema = {
    "round_key": TEXT,
    "place_code": TEXT,
    "place_level": INT,  # 0 country, 1 oblast, 2 rayon, 3 aiyl aimak, 4 settlement
    "parent_code": TEXT,
    "place_name_en": TEXT,
    "place_name_ru": TEXT,
    "place_name_ky": TEXT,
    "delivered_code": TEXT,
    "in_gazetteer": FLAG,
}

# One row per accepted respondent (survey rounds). No identifiers: response_key is a keyed hash.
RESPONSE: Schema = {
    "round_key": TEXT,
    "response_key": TEXT,
    "sheet": TEXT,
    "row_number": INT,
    "place_code": TEXT,  # finest place kept for analysis (rayon or city)
    "place_level": INT,
    "stratum": TEXT,  # null where the design has none
    "cluster": TEXT,  # keyed hash of the sampled community
    "weight": NUMBER,  # null where the design has none
    "sex": TEXT,
    "age_years": INT,
    "age_group": TEXT,
    "country_iso3": TEXT,  # country of return
    "interview_date": DATE,
    "form_version": TEXT,
}

# One row per respondent × question (× option for select_multiple: value_number 1 or 0); in other rounds one per row × question
# with a list of options, response_key being the row's row_id.
ANSWER: Schema = {
    "round_key": TEXT,
    "response_key": TEXT,
    "question_code": TEXT,
    "option_code": TEXT,  # null for numeric questions and for missing or not asked
    "value_number": NUMBER,  # numeric answers; 1/0 for select_multiple options
    "value_status": TEXT,  # reported | missing | not_asked
    "delivered_value": TEXT,  # the text of a reported answer as delivered; null for identifiers, never free text
}

# One row per row of a main sheet that is an interview with an informant or a respondent, accepted or not: how it was made.
# It never leaves the build side, nor does anything by enumerator. Repeated interviews for control (back_check) are no interviews.
INTERVIEW: Schema = {
    "round_key": TEXT,
    "interview_key": TEXT,  # row_id or response_key where accepted, else a keyed hash
    "row_number": INT,
    "is_accepted": FLAG,
    "reason_code": TEXT,  # why it was rejected
    "kind": TEXT,  # interview | test | back_check
    "back_check_of": TEXT,  # interview_key of the interview that a back check repeats, where the form tells it
    "enumerator": TEXT,  # keyed pseudonym, E- and 8 letters
    "device": TEXT,  # keyed pseudonym, D- and 8 letters
    "started_at": TIME,  # as the device's clock showed it
    "ended_at": TIME,
    "submitted_at": TIME,  # as delivered: KoboToolbox writes UTC
    "minutes": NUMBER,  # from start to end, by their time zones
    "interview_date": DATE,
    "place_code": TEXT,
    "place_level": INT,
    "informant_number": TEXT,
    "form_version": TEXT,
    "gps_km": NUMBER,  # from the place's coordinates; the coordinates of the interview are not kept
    "gps_place_level": INT,  # level of the place whose coordinates were used: the place itself or its nearest ancestor that has any
    "gps_accuracy_m": NUMBER,
    "asked": INT,  # questions
    "answered": INT,
    "content_hash": TEXT,  # keyed hash of all answers
}

# One row per row of the delivery that could not be used, kept whole.
REJECTED: Schema = {
    "round_key": TEXT,
    "file_name": TEXT,
    "sheet": TEXT,
    "row_number": INT,
    "reason_code": TEXT,
    "column_label": TEXT,
    "detail": TEXT,  # plain language, without the value
    "people": INT,  # individuals in the row's totals, as far as can be told; null where it can't
    "cells": TEXT,  # JSON object label -> text; never leaves the build side but as the field's own rejected rows
}

# One row per thing noticed.
FINDING: Schema = {
    "round_key": TEXT,
    "code": TEXT,
    "severity": TEXT,  # block | review | note
    "file_name": TEXT,
    "sheet": TEXT,
    "row_number": INT,
    "column_label": TEXT,
    "what": TEXT,
    "expected": TEXT,
    "todo": TEXT,
    "rows": INT,
    "people": INT,
}

# One row per measured total of the delivery: the conservation law as data (in = accepted + rejected).
CONSERVATION: Schema = {
    "round_key": TEXT,
    "measure": TEXT,  # 'rows', 'idp.individuals' (totals), 'idp.individuals.year' (parts), 'rows.<repeat sheet>', 'cells.unreadable'
    "delivered": INT,
    "accepted": INT,
    "rejected": INT,
}

# One row per column of the delivery, and per field of the codebook that the delivery lacks.
COLUMN_MAP: Schema = {
    "round_key": TEXT,
    "sheet": TEXT,
    "column_number": INT,  # 1-based; null where the delivery lacks the field
    "column_label": TEXT,
    "field": TEXT,
    "mapping": TEXT,  # mapped | ignored | unknown | absent
    "column_class": TEXT,  # plain | quasi | sensitive | identifier
}

TABLES: dict[str, Schema] = {
    "assessment": ASSESSMENT,
    "population": POPULATION,
    "share": SHARE,
    "place": PLACE,
    "response": RESPONSE,
    "answer": ANSWER,
    "interview": INTERVIEW,
    "rejected": REJECTED,
    "finding": FINDING,
    "conservation": CONSERVATION,
    "column_map": COLUMN_MAP,
}


def empty(table: str) -> pl.DataFrame:
    """An empty frame of a canonical table."""
    return pl.DataFrame(schema=TABLES[table])
