-- Every code is one that its column may hold, every key leads to its dimension, what must be there is there, and what must
-- be unique is (macros/declared_tests.sql).
-- The list says what is built first; a test of the project holds it whole.
{% set tested = [
    'category_windows', 'change_rules', 'change_words', 'headline_figures', 'population_categories', 'survey_words',
    'dim_country', 'dim_indicator', 'dim_indicator_comparability', 'dim_indicator_option', 'dim_operation', 'dim_place',
    'dim_population_category', 'dim_round', 'int_part_population', 'int_place_residents', 'mart_collection_day', 'mart_collection_progress', 'mart_country_links', 'mart_departures_by_year',
    'mart_headlines', 'mart_internal_origins', 'mart_parts_check', 'mart_place_crosswalk', 'mart_place_ranks',
    'mart_population', 'mart_population_breakdown', 'mart_population_by_vintage', 'mart_published_figures',
    'mart_quality', 'mart_reasons', 'mart_release_vintages', 'mart_releases', 'mart_returns_by_year', 'mart_round_change',
    'mart_round_coverage',
    'mart_survey_change', 'mart_survey_estimates', 'mart_survey_weight_effect', 'mart_survey_weighting',
    'mart_survey_weights', 'mart_vintages'
] %}
{% for name in tested %}{% do ref(name) %}{% endfor %}
{% if execute %}{{ declared_failures() }}{% else %}select 1{% endif %}
