"""The reference tables that every candidate carries beside the canonical ones (schema `reference`).

Their columns and types belong here; they are filled from `operations/` and from the manifests by `reference.py`,
and read by dbt as sources.
"""

from __future__ import annotations

NAMES = {"en": "VARCHAR", "ru": "VARCHAR", "ky": "VARCHAR"}


def _names(stem: str) -> dict[str, str]:
    return {f"{stem}_{lang}": kind for lang, kind in NAMES.items()}


def _others(stem: str) -> dict[str, str]:
    return {f"{stem}_{lang}": "VARCHAR" for lang in ("ru", "ky")}


REFERENCE: dict[str, dict[str, str]] = {
    "operation": {
        "operation": "VARCHAR",
        **_names("operation_name"),
        "country_iso3": "VARCHAR",
        "programme": "VARCHAR",
        "credit_line": "VARCHAR",
        "licence": "VARCHAR",
        **_others("programme"),
        **_others("credit_line"),
        **_others("licence"),
        "finest_published_level": "INTEGER",  # places below are not published
        "small_cell_threshold": "INTEGER",  # counts below it are suppressed where suppress_from_level applies
        "suppress_from_level": "INTEGER",  # levels >= this are subject to small_cell_threshold
        "survey_minimum_n": "INTEGER",  # unweighted n below it is suppressed
        "width_people": "INTEGER",  # how far apart the bounds of a withheld count must stay, in people …
        "width_share": "DOUBLE",  # … and as a share of it
        "sensitive_parts": "VARCHAR",  # tables of parts in which nobody and everybody are withheld too, comma-separated
    },
    "round": {
        "round_key": "VARCHAR",
        "operation": "VARCHAR",
        "component": "VARCHAR",  # bma | rms | baseline
        "round_number": "INTEGER",
        "round_title": "VARCHAR",
        **_others("round_title"),
        "fieldwork_start": "DATE",
        "fieldwork_end": "DATE",
        "window_start": "DATE",
        "window_end": "DATE",
        "planned_communities": "INTEGER",
        "planned_interviews": "INTEGER",
        "geography_vintage": "VARCHAR",
        "row_grain": "VARCHAR",  # informant | site | respondent
        "is_registered": "BOOLEAN",  # stands in rounds.yml
        "is_synthetic": "BOOLEAN",
        "round_source": "VARCHAR",
        **_others("round_source"),
        "delivery_id": "VARCHAR",
        "delivery_seq": "INTEGER",
        "normalized_id": "VARCHAR",
    },
    "place": {
        "place_code": "VARCHAR",
        "operation": "VARCHAR",
        "geography_vintage": "VARCHAR",
        "place_level": "INTEGER",
        "parent_code": "VARCHAR",
        **_names("place_name"),
        "place_type": "VARCHAR",
        "population": "BIGINT",  # residents, where known
        "population_year": "INTEGER",
        "valid_from": "DATE",
        "valid_to": "DATE",
        "soate": "VARCHAR",  # 14 digits, Kyrgyz Republic only
        "place_source": "VARCHAR",
    },
    "place_crosswalk": {
        "operation": "VARCHAR",
        "from_vintage": "VARCHAR",
        "from_code": "VARCHAR",
        "to_vintage": "VARCHAR",
        "to_code": "VARCHAR",
        "share": "DOUBLE",  # of the residents of from_code; null: not known
        "share_basis": "VARCHAR",  # unchanged | residents | unknown
        "note": "VARCHAR",
        "crosswalk_source": "VARCHAR",
    },
    "country": {
        "country_iso3": "VARCHAR",
        "country_iso2": "VARCHAR",
        "country_m49": "VARCHAR",
        **_names("country_name"),
    },
    "indicator": {
        "operation": "VARCHAR",
        "indicator_code": "VARCHAR",
        "component": "VARCHAR",
        **_names("indicator_name"),
        **_names("definition"),
        **_names("denominator"),  # null where the indicator is a count
        "unit": "VARCHAR",  # share | mean | individuals | …
        "kind": "VARCHAR",  # single | multiple | number: questions of a survey; stock | count | share | …
        "topic": "VARCHAR",  # stock | returns | links | survey_profile | work | …
        "question_code": "VARCHAR",  # answer.question_code; null where nobody is asked
        "is_sensitive": "BOOLEAN",  # a share of 0 or 1 in a domain tells of everybody in it, and is withheld
        "population_category": "VARCHAR",  # that is counted; null: none, or several
        "mart_name": "VARCHAR",  # where its figures stand
        "mart_column": "VARCHAR",
        "sort_order": "INTEGER",
    },
    # In which series a round stands with an indicator: two rounds are comparable where the series is the same.
    "indicator_comparability": {
        "operation": "VARCHAR",
        "component": "VARCHAR",
        "indicator_code": "VARCHAR",
        "round_key": "VARCHAR",
        "series": "VARCHAR",
        "is_limited": "BOOLEAN",  # comparable with care, for the reason given
        "is_asked": "BOOLEAN",  # false: the form of the round did not ask it
        **_names("reason"),  # why a new series begins, or why it is limited; null where nothing is to be said
    },
    # Communities that are known to exist in a place: what coverage is measured against.
    "frame": {
        "operation": "VARCHAR",
        "geography_vintage": "VARCHAR",
        "place_code": "VARCHAR",
        "communities": "INTEGER",  # null: the place belongs to the frame, its number is not known
        "frame_year": "INTEGER",
        "frame_source": "VARCHAR",
    },
    # What a round's plan (plan.csv) says of a place, with all places in it.
    "round_plan": {
        "round_key": "VARCHAR",
        "place_code": "VARCHAR",
        "planned_communities": "INTEGER",
        "planned_interviews": "INTEGER",
    },
    # What a part of a count is called (reason, origin, …), and how the parts of a dimension add up.
    "part_dimension": {
        "operation": "VARCHAR",
        "dimension": "VARCHAR",
        **_names("dimension_name"),
        "adds_up": "VARCHAR",  # whole | several | some
    },
    "part_item": {
        "operation": "VARCHAR",
        "dimension": "VARCHAR",
        "item": "VARCHAR",
        **_names("item_name"),
    },
    # What an operation states of its surveys (survey.yml); no row: delivered weights are used where there are any.
    "survey_design": {
        "operation": "VARCHAR",
        "component": "VARCHAR",
        "weights": "VARCHAR",  # none | delivered | raked
        "lonely_psu": "VARCHAR",  # fail | remove | adjust | average
        "minimum_cell": "INTEGER",  # the columns from here on: how it is raked; null: no margins are stated
        "gaps": "VARCHAR",  # refuse | collapse
        "lower_bound": "DOUBLE",
        "upper_bound": "DOUBLE",
        "max_iterations": "INTEGER",
        "tolerance": "DOUBLE",
    },
    # When a survey estimate is called reliable (operations/common/reliability.yml).
    "survey_reliability": {
        "rule": "VARCHAR",
        "value": "DOUBLE",
        "reason_en": "VARCHAR",
    },
    # The margins of each survey round, with the round whose stock they are in this release.
    "survey_margin": {
        "round_key": "VARCHAR",
        "margin_number": "INTEGER",
        "by_oblast": "BOOLEAN",
        "by_sex": "BOOLEAN",
        "population_category": "VARCHAR",
        "minimum_told": "DOUBLE",
        "stock_round_key": "VARCHAR",  # null: the release holds none
    },
    "indicator_option": {
        "operation": "VARCHAR",
        "component": "VARCHAR",
        "indicator_code": "VARCHAR",
        "option_code": "VARCHAR",
        **_names("option_name"),
        "sort_order": "INTEGER",
    },
    "published_figure": {
        "round_key": "VARCHAR",
        "figure_code": "VARCHAR",
        "figure_name_en": "VARCHAR",
        "published_value": "DOUBLE",  # null where words were published
        "published_text": "VARCHAR",  # words, or a name; null where a number was published
        "decimals": "INTEGER",  # to how many decimals the publication rounds; negative: to tens, hundreds, …
        "unit": "VARCHAR",  # individuals | percent | communities | informants | respondents | ratio | rounds | places
        "figure_source": "VARCHAR",  # the title of the document
        "publication": "VARCHAR",  # its code; null where the source is free text
        "published_on": "DATE",
        "as_of": "DATE",  # the day that the claim speaks of
        "is_press_release": "BOOLEAN",  # whether a press release says it
        "claim": "VARCHAR",  # what was said, in short
    },
    # Rounds of operations whose list of rounds is whole (require_registered_rounds), with data or without.
    "registered_round": {
        "operation": "VARCHAR",
        "component": "VARCHAR",
        "round_number": "INTEGER",
        "fieldwork_start": "DATE",
        "fieldwork_end": "DATE",
    },
    # What the codes of findings and of rejected rows are called (operations/common/messages.yml, reasons.yml).
    "quality_code": {
        "code": "VARCHAR",
        **_names("code_name"),
    },
    "release": {
        "release_id": "VARCHAR",
        "parent_release_id": "VARCHAR",
        "published_at": "TIMESTAMP",
        "round_keys": "VARCHAR",  # rounds that this release brought, comma-separated
        "is_current": "BOOLEAN",
    },
    # What earlier releases of the chain said first, or otherwise than before: from the base's own mart_release_vintages.
    "release_statement": {
        "release_id": "VARCHAR",
        "published_at": "TIMESTAMP",
        "round_key": "VARCHAR",
        "operation": "VARCHAR",
        "component": "VARCHAR",
        "place_code": "VARCHAR",
        "place_level": "INTEGER",
        **_names("place_name"),
        "population_category": "VARCHAR",
        "figure_code": "VARCHAR",  # total, or the reference year
        "statement": "VARCHAR",  # new | changed | withheld | withdrawn
        "individuals": "BIGINT",
        "is_synthetic": "BOOLEAN",
    },
    # The counts that the release before showed or withheld, of operations that withhold any (former_cells.py).
    "release_cell": {
        "round_key": "VARCHAR",
        "population_category": "VARCHAR",
        "table_code": "VARCHAR",  # total, people (by sex and age), or the dimension of the parts
        "place_code": "VARCHAR",
        "item": "VARCHAR",  # sex|age_group, or the part
        "individuals": "BIGINT",
        "households": "BIGINT",
        "is_suppressed": "BOOLEAN",
    },
}
