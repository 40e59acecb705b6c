"""What the checks look at: one number per check, computed in Polars or SQL, without a personal value.

`NORMALIZED` and `MARTS` name the measures of a layer; a check of `checks.yml` takes one of them.
"""

from __future__ import annotations

from collections.abc import Callable

from expectations.candidate_input import CandidateInput
from expectations.inputs import RoundInput
from expectations.measures import (
    columns,
    layout,
    marts_disclosure,
    marts_figures,
    marts_personal,
    marts_shape,
    named,
    parts,
    people,
    places,
    previous,
    redelivery,
    repeats,
    rows,
    standing,
    survey,
    trends,
)
from expectations.measures.measured import Measured

NORMALIZED: dict[str, Callable[[RoundInput], Measured]] = {
    measure.__name__: measure
    for measure in (
        rows.conservation,
        rows.rows_present,
        named.blocking_findings,
        named.review_findings,
        rows.rejected_rows_share,
        rows.rejected_people_share,
        rows.repeated_row_ids,
        rows.orphan_rows,
        rows.foreign_rows,
        rows.unregistered,
        rows.window_missing,
        rows.dates_outside_fieldwork,
        columns.identifiers_kept,
        columns.unclassified_columns,
        columns.unknown_columns,
        columns.personal_texts,
        places.missing_level_1,
        places.missing_level_2,
        places.units_outside_gazetteer,
        places.lost_parents,
        places.communities_share,
        people.people_counted,
        people.silent_categories,
        people.negative_values,
        people.status_contradictions,
        people.parts_differ,
        people.households_above_individuals,
        people.household_size_outliers,
        people.heaping,
        people.part_above_total,
        parts.repeated_interviews,
        parts.heaping_tens,
        parts.same_figures,
        layout.key_columns_absent,
        redelivery.redelivery_people_moved,
        redelivery.redelivery_rows_moved,
        survey.answers_given,
        survey.unknown_options,
        survey.minors,
        survey.answers_missing,
    )
} | named.named_measures()

MARTS: dict[str, Callable[[CandidateInput], Measured]] = {
    measure.__name__: measure
    for measure in (
        marts_shape.dbt_nodes,
        marts_shape.dbt_failures,
        marts_shape.dbt_warnings,
        marts_shape.missing_marts,
        marts_shape.unknown_marts,
        marts_shape.empty_marts,
        marts_shape.repeated_grain,
        marts_shape.person_columns,
        marts_shape.lost_rounds,
        marts_figures.levels_disagree,
        marts_figures.recount_differs,
        marts_figures.headlines_differ,
        marts_figures.respondents_differ,
        marts_figures.published_counts_differ,
        marts_figures.published_shares_differ,
        marts_figures.level_1_change,
        marts_disclosure.fine_places,
        marts_disclosure.small_cells,
        marts_disclosure.disclosure_attack,
        marts_disclosure.small_samples,
        marts_disclosure.shares_out_of_range,
        marts_disclosure.options_off_one,
        marts_personal.personal_data_scan,
        layout.columns_gone,
        layout.headers_changed,
        layout.options_relabelled,
        previous.codes_moved,
        previous.level_1_gone,
        previous.communities_of_previous,
        previous.far_fewer_communities,
        previous.community_outliers,
        previous.community_outliers_share,
        previous.national_change,
        previous.movers_above_residents,
        previous.stale_communities,
        previous.stale_level_1,
        previous.household_size_jumps,
        repeats.repeated_communities,
        repeats.countries_unresolved,
        repeats.countries_unknown_share,
        standing.other_rounds_changed,
        standing.stored_tables_changed,
        standing.other_rounds_moved,
        trends.trend_told_over_break,
        trends.survey_trend_over_break,
    )
}
