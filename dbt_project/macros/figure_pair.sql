{# What int_figure_pair says of two rounds: how their windows begin and end, and how many communities they cover. A round
   whose window nobody told has none in the sentence. Dates are columns of text (ISO), null where there is none. #}

{% macro window_reason(language) -%}
    {%- set meant = {
        'en': ': other people are meant, and a difference is no rise or decline',
        'ru': ': речь о других людях, и разница не означает роста или снижения',
        'ky': ': сөз башка адамдар жөнүндө, айырма өсүштү же төмөндөөнү билдирбейт',
    } -%}
    {{ two_days('start', language, {
        'en': ['The reference window begins on {now}, in round {round} on {before}', 'The reference window begins on {now}, that of round {round} is not known', 'The reference window is not known, that of round {round} begins on {before}', 'No reference window is known for either round'],
        'ru': ['Отчётный период начинается {now}, в раунде {round} он начинался {before}', 'Отчётный период начинается {now}, период раунда {round} неизвестен', 'Отчётный период неизвестен, в раунде {round} он начинался {before}', 'Отчётный период неизвестен для обоих раундов'],
        'ky': ['Отчёттук мезгил {now} күнүнөн башталат, {round}-айлампада {before} күнүнөн башталган', 'Отчёттук мезгил {now} күнүнөн башталат, {round}-айлампаныкы белгисиз', 'Отчёттук мезгил белгисиз, {round}-айлампада {before} күнүнөн башталган', 'Эки айлампанын тең отчёттук мезгили белгисиз'],
    }) }} || '{{ meant[language] }}'
{%- endmacro %}

{% macro extent_reason(language) -%}
    {%- set only = {
        'en': ': compare communities of both rounds only',
        'ru': ': сравнивайте только сообщества обоих раундов',
        'ky': ': эки айлампада тең болгон коомчулуктарды гана салыштырыңыз',
    } -%}
    {%- set assessed = {
        'en': ['; ', ' communities were assessed, ', ' then'],
        'ru': ['; охвачено сообществ: ', ', тогда ', ''],
        'ky': ['; камтылган коомчулуктар: ', ', анда ', ''],
    }[language] -%}
    {{ two_days('end', language, {
        'en': ['The window ends on {now}, in round {round} on {before}', 'The window ends on {now}, that of round {round} is not known', 'The window is not known, that of round {round} ends on {before}', 'No reference window is known for either round'],
        'ru': ['Период заканчивается {now}, в раунде {round} он заканчивался {before}', 'Период заканчивается {now}, период раунда {round} неизвестен', 'Период неизвестен, в раунде {round} он заканчивался {before}', 'Отчётный период неизвестен для обоих раундов'],
        'ky': ['Мезгил {now} күнү аяктайт, {round}-айлампада {before} күнү аяктаган', 'Мезгил {now} күнү аяктайт, {round}-айлампаныкы белгисиз', 'Мезгил белгисиз, {round}-айлампада {before} күнү аяктаган', 'Эки айлампанын тең отчёттук мезгили белгисиз'],
    }) }} || coalesce(
        '{{ assessed[0] }}' || {{ number_text('communities_now', language) }} || '{{ assessed[1] }}'
        || {{ number_text('communities_before', language) }} || '{{ assessed[2] }}', ''
    ) || '{{ only[language] }}'
{%- endmacro %}

{# The first sentence where both rounds tell the day, then: only the later one, only the earlier one, neither. #}
{% macro two_days(edge, language, sentences) -%}
    {%- set shown = {} -%}
    {%- for which in ['now', 'before'] -%}
        {%- set day = edge ~ '_' ~ which -%}
        {%- do shown.update({which: day if language == 'en' else "substr(" ~ day ~ ", 9, 2) || '.' || substr(" ~ day ~ ", 6, 2) || '.' || substr(" ~ day ~ ", 1, 4)"}) -%}
    {%- endfor -%}
    coalesce(
        {%- for sentence in sentences[language] %}
        '{{ sentence | replace('{now}', "' || " ~ shown.now ~ " || '") | replace('{before}', "' || " ~ shown.before ~ " || '") | replace('{round}', "' || previous_round_number || '") }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
