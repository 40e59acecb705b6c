"""Numbers that R gave for handmade rows, design by design: the oracle of the tests, which never run R.

R 4.2.2, survey 4.1.1. The rows (`rows()` makes the same):

    i <- 0:59; psu <- i %/% 6; ssu <- i %/% 2
    d <- data.frame(i, psu, ssu, h = c("a","b","c")[1 + (psu > 3) + (psu > 7)],
      lone = c("a","b","d")[1 + (psu > 3) + (psu > 8)], side = i %% 2, local = psu %% 4,
      w = 10 + (i * 7) %% 5 + i %% 3, y = 50 + (i * 37) %% 23 - 3 * (psu %% 4), z = 100 + (i * 53) %% 41,
      b = as.numeric((i * 29) %% 10 < 3), never = 0, always = 1, cat = c("x","y","z")[1 + (i * 31) %% 7 %% 3],
      dom = ifelse(i < 24 & i %% 4 == 0, "p", "q"), N1 = c(40, 30, 12)[1 + (psu > 3) + (psu > 7)], N2 = 5 + psu %% 3,
      f1 = c(.1, .125, .2)[1 + (psu > 3) + (psu > 7)], f2 = c(.5, .6)[1 + psu %% 2],
      NL = c(40, 30, 12)[1 + (psu > 3) + (psu > 8)], rows = 9)
    d$gap <- ifelse(i %% 11 == 4, NA, d$y)

Domain p is met in stratum a only. Each design `s` was asked:

    svymean(~y, s, deff=TRUE); svytotal(~z, s, deff=TRUE); svyratio(~y, ~z, s, deff=TRUE); svymean(~cat, s, deff=TRUE)
    svyby(~y, ~dom, s, svymean, deff=TRUE); svymean(~gap, s, na.rm=TRUE, deff=TRUE); svyquantile(~y, s, .5); degf(s)
"""

from __future__ import annotations

from typing import NamedTuple


class Expected(NamedTuple):
    """One number of R: what was asked, and what it said."""

    indicator: str
    option: str | None
    domain: str
    estimate: float
    se: float
    deff: float | None


class Case(NamedTuple):
    """A design as `design.yml` says it, with its degrees of freedom and what R says of it."""

    design: str
    df: int
    expected: list[Expected]


def rows() -> dict[str, list[object]]:
    """The table that R had."""
    numbers = range(60)
    psu = [i // 6 for i in numbers]
    third = [(p > 3) + (p > 7) for p in psu]
    lone = [(p > 3) + (p > 8) for p in psu]
    y = [50 + (i * 37) % 23 - 3 * (p % 4) for i, p in zip(numbers, psu, strict=True)]
    return {
        "i": list(numbers), "psu": list(psu), "ssu": [i // 2 for i in numbers], "h": ["abc"[t] for t in third],
        "lone": ["abd"[t] for t in lone], "side": [i % 2 for i in numbers], "local": [p % 4 for p in psu],
        "w": [10 + (i * 7) % 5 + i % 3 for i in numbers], "y": list(y), "z": [100 + (i * 53) % 41 for i in numbers],
        "b": [int((i * 29) % 10 < 3) for i in numbers], "never": [0] * 60, "always": [1] * 60,
        "cat": ["xyz"[(i * 31) % 7 % 3] for i in numbers],
        "dom": ["p" if i < 24 and i % 4 == 0 else "q" for i in numbers],
        "N1": [(40, 30, 12)[t] for t in third], "N2": [5 + p % 3 for p in psu], "all": [600] * 60,
        "f1": [(0.1, 0.125, 0.2)[t] for t in third], "f2": [(0.5, 0.6)[p % 2] for p in psu],
        "NL": [(40, 30, 12)[t] for t in lone], "rows": [9] * 60,
        "gap": ["NA" if i % 11 == 4 else value for i, value in zip(numbers, y, strict=True)],
    }  # fmt: skip


# svydesign(~psu+ssu, strata=~h, weights=~w, fpc=~N1+N2, data=d)
TWO_STAGES_COUNTED = Case(
    "{strata: h, clusters: [psu, ssu], weight: w, fpc: [N1, N2]}",
    7,
    [
        Expected("mean:y", None, "all", 57.1923076923, 1.01686326055, 1.27818343978),
        Expected("total:z", None, "all", 93535, 1229.58245526, 1.11931318534),
        Expected("ratio:y/z", None, "all", 0.476933768108, 0.0108261200163, 1.16161937799),
        Expected("prop:cat", "x", "all", 0.452564102564, 0.0291441568756, 0.219130956665),
        Expected("prop:cat", "y", "all", 0.262820512821, 0.0333889393736, 0.367778946692),
        Expected("prop:cat", "z", "all", 0.284615384615, 0.0317071203744, 0.315594737425),
        Expected("mean:y", None, "p", 56.0263157895, 2.89468397582, 0.80696990091),
        Expected("mean:y", None, "q", 57.3181818182, 1.00815607381, 1.14307096118),
        Expected("mean:gap", None, "all", 56.8744650499, 1.04063214825, 1.23373579959),
        Expected("median:y", None, "all", 56, 1.26870051256, None),
    ],
)

# svydesign(~psu+ssu, strata=~h, fpc=~f1+f2, data=d)
TWO_STAGES_FRACTIONS = Case(
    "{strata: h, clusters: [psu, ssu], fpc: [f1, f2]}",
    7,
    [
        Expected("mean:y", None, "all", 56.8229859571, 1.0137509365, 1.2460937938),
        Expected("total:z", None, "all", 108026, 3334.96906532, 6.0458518284),
        Expected("ratio:y/z", None, "all", 0.474462937935, 0.0108283325871, 1.17850819122),
        Expected("prop:cat", "x", "all", 0.449741315595, 0.0268576291651, 0.184226504669),
        Expected("prop:cat", "y", "all", 0.266814486327, 0.0341738386667, 0.377320765146),
        Expected("prop:cat", "z", "all", 0.283444198078, 0.030507801464, 0.289634766917),
        Expected("mean:y", None, "p", 55.6470588235, 2.60996478229, 0.672672377587),
        Expected("mean:y", None, "q", 56.9919695689, 1.02832779264, 1.16357001948),
        Expected("mean:gap", None, "all", 56.6706365503, 1.01402272404, 1.14431022198),
        Expected("median:y", None, "all", 56, 1.26870051256, None),
    ],
)

# svydesign(~psu+ssu, strata=~h, weights=~w, data=d)
WITH_REPLACEMENT = Case(
    "{strata: h, clusters: [psu, ssu], weight: w, fpc: [N1, N2], with_replacement: true}",
    7,
    [
        Expected("mean:y", None, "all", 57.1923076923, 1.07030696826, 1.41607018653),
        Expected("total:z", None, "all", 93535, 1188.25909071, 1.04534247066),
        Expected("ratio:y/z", None, "all", 0.476933768108, 0.0113398519016, 1.27447974907),
        Expected("prop:cat", "x", "all", 0.452564102564, 0.0198690538521, 0.101848612423),
        Expected("prop:cat", "y", "all", 0.262820512821, 0.0292717407439, 0.282669348244),
        Expected("prop:cat", "z", "all", 0.284615384615, 0.0264195999025, 0.219113240964),
        Expected("mean:y", None, "p", 56.0263157895, 2.9583444088, 0.842854263862),
        Expected("mean:y", None, "q", 57.3181818182, 1.05835327736, 1.25973433951),
        Expected("mean:gap", None, "all", 56.8744650499, 1.09383301695, 1.36310636773),
        Expected("median:y", None, "all", 56, 1.48015059798, None),
    ],
)

# svydesign(~psu+i, strata=~h+side, weights=~w, fpc=~N1+rows, data=d)
STRATA_AT_BOTH_STAGES = Case(
    "{strata: [h, side], clusters: [psu, i], weight: w, fpc: [N1, rows]}",
    7,
    [
        Expected("mean:y", None, "all", 57.1923076923, 1.04224610785, 1.34279166709),
        Expected("total:z", None, "all", 93535, 1282.69902506, 1.21810810728),
        Expected("ratio:y/z", None, "all", 0.476933768108, 0.0110776919231, 1.21623287892),
        Expected("prop:cat", "x", "all", 0.452564102564, 0.0285757498367, 0.210666758729),
        Expected("prop:cat", "y", "all", 0.262820512821, 0.0334227187212, 0.368523481703),
        Expected("prop:cat", "z", "all", 0.284615384615, 0.0318562901343, 0.318571225399),
        Expected("mean:y", None, "p", 56.0263157895, 2.93050177704, 0.82706377714),
        Expected("mean:y", None, "q", 57.3181818182, 1.03351358308, 1.20129599071),
        Expected("mean:gap", None, "all", 56.8744650499, 1.06728840299, 1.29775069764),
        Expected("median:y", None, "all", 56, 1.48015059798, None),
    ],
)

# postStratify(svydesign(~psu, strata=~h, weights=~w, fpc=~N1, data=d), ~cat,
#     data.frame(cat=c('x', 'y', 'z'), Freq=c(400, 250, 150)))
POST_STRATIFIED = Case(
    "{strata: h, clusters: psu, weight: w, fpc: N1, poststrata: {cat: {x: 400, y: 250, z: 150}}}",
    7,
    [
        Expected("mean:y", None, "all", 57.0675644747, 0.992612193875, 1.24839672376),
        Expected("total:z", None, "all", 96479.8469097, 567.198231717, 0.228921771443),
        Expected("ratio:y/z", None, "all", 0.473197802879, 0.010202415603, 1.1030237195),
        Expected("prop:cat", "x", "all", 0.5, 0.0, 0.0),
        Expected("prop:cat", "y", "all", 0.3125, 0.0, 0.0),
        Expected("prop:cat", "z", "all", 0.1875, 0.0, 0.0),
        Expected("mean:y", None, "p", 55.5022174932, 2.92187188415, 0.772408713164),
        Expected("mean:y", None, "q", 57.2462394784, 0.921225959975, 0.993220733581),
        Expected("mean:gap", None, "all", 56.8149217172, 1.01853773079, 1.21563598726),
        Expected("median:y", None, "all", 56, 1.26870051256, None),
    ],
)

# svydesign(~local, strata=~h, weights=~w, data=d, nest=TRUE)
LABELS_THAT_COME_AGAIN = Case(
    "{strata: h, clusters: local, weight: w}",
    7,
    [
        Expected("mean:y", None, "all", 57.1923076923, 1.07030696826, 1.41607018653),
        Expected("total:z", None, "all", 93535, 1188.25909071, 1.04534247066),
        Expected("ratio:y/z", None, "all", 0.476933768108, 0.0113398519016, 1.27447974907),
        Expected("prop:cat", "x", "all", 0.452564102564, 0.0198690538521, 0.101848612423),
        Expected("prop:cat", "y", "all", 0.262820512821, 0.0292717407439, 0.282669348244),
        Expected("prop:cat", "z", "all", 0.284615384615, 0.0264195999025, 0.219113240964),
        Expected("mean:y", None, "p", 56.0263157895, 2.9583444088, 0.842854263862),
        Expected("mean:y", None, "q", 57.3181818182, 1.05835327736, 1.25973433951),
        Expected("mean:gap", None, "all", 56.8744650499, 1.09383301695, 1.36310636773),
        Expected("median:y", None, "all", 56, 1.48015059798, None),
    ],
)

# svydesign(~1, data=d, fpc=~rep(600, 60))
NEITHER_STRATA_NOR_CLUSTERS = Case(
    "{fpc: all}",
    59,
    [
        Expected("mean:y", None, "all", 56.9833333333, 0.894472195473, 1),
        Expected("total:z", None, "all", 71910, 886.869470456, 1),
        Expected("ratio:y/z", None, "all", 0.475455430399, 0.00990447293109, 1),
        Expected("prop:cat", "x", "all", 0.45, 0.0614444767966, 1),
        Expected("prop:cat", "y", "all", 0.266666666667, 0.0546173127081, 1),
        Expected("prop:cat", "z", "all", 0.283333333333, 0.0556548077628, 1),
        Expected("mean:y", None, "p", 55.6666666667, 2.95445655905, 0.847457627119),
        Expected("mean:y", None, "q", 57.1296296296, 0.936142629845, 0.998116760829),
        Expected("mean:gap", None, "all", 56.7407407407, 0.931483634287, 0.998116760829),
        Expected("median:y", None, "all", 56, 1.49925383779, None),
    ],
)

# options(survey.lonely.psu='remove'); svydesign(~psu, strata=~lone, weights=~w, fpc=~NL, data=d)
LONELY_REMOVE = Case(
    "{strata: lone, clusters: psu, weight: w, fpc: NL, lonely_psu: remove}",
    7,
    [
        Expected("mean:y", None, "all", 57.1923076923, 1.00380450255, 1.24556487409),
        Expected("total:z", None, "all", 93535, 1013.47253704, 0.760431806693),
        Expected("ratio:y/z", None, "all", 0.476933768108, 0.0105973386562, 1.11304263448),
        Expected("prop:cat", "x", "all", 0.452564102564, 0.020690709128, 0.110446381957),
        Expected("prop:cat", "y", "all", 0.262820512821, 0.026847559935, 0.237788725246),
        Expected("prop:cat", "z", "all", 0.284615384615, 0.0189563708301, 0.112804530345),
        Expected("mean:y", None, "p", 56.0263157895, 2.80653193051, 0.758568837475),
        Expected("mean:y", None, "q", 57.3181818182, 0.989687074197, 1.1015734156),
        Expected("mean:gap", None, "all", 56.8744650499, 1.03844864903, 1.22856387604),
        Expected("median:y", None, "all", 56, 1.05725042713, None),
    ],
)

# options(survey.lonely.psu='adjust'); svydesign(~psu, strata=~lone, weights=~w, fpc=~NL, data=d)
LONELY_ADJUST = Case(
    "{strata: lone, clusters: psu, weight: w, fpc: NL, lonely_psu: adjust}",
    7,
    [
        Expected("mean:y", None, "all", 57.1923076923, 1.04169569454, 1.34137377694),
        Expected("total:z", None, "all", 93535, 9279.36346147, 63.7488971785),
        Expected("ratio:y/z", None, "all", 0.476933768108, 0.0107083134313, 1.1364761409),
        Expected("prop:cat", "x", "all", 0.452564102564, 0.0213374576621, 0.117458942811),
        Expected("prop:cat", "y", "all", 0.262820512821, 0.0271400168929, 0.242997521989),
        Expected("prop:cat", "z", "all", 0.284615384615, 0.0210653184524, 0.13930035003),
        Expected("mean:y", None, "p", 56.0263157895, 2.80653193051, 0.758568837475),
        Expected("mean:y", None, "q", 57.3181818182, 1.03269770424, 1.19940007927),
        Expected("mean:gap", None, "all", 56.8744650499, 1.04492300077, 1.24393093401),
        Expected("median:y", None, "all", 56, 1.26870051256, None),
    ],
)

# options(survey.lonely.psu='average'); svydesign(~psu, strata=~lone, weights=~w, fpc=~NL, data=d)
LONELY_AVERAGE = Case(
    "{strata: lone, clusters: psu, weight: w, fpc: NL, lonely_psu: average}",
    7,
    [
        Expected("mean:y", None, "all", 57.1923076923, 1.22940441638, 1.86834731113),
        Expected("total:z", None, "all", 93535, 1241.24529204, 1.14064771004),
        Expected("ratio:y/z", None, "all", 0.476933768108, 0.0129790361696, 1.66956395172),
        Expected("prop:cat", "x", "all", 0.452564102564, 0.02534083989, 0.165669572936),
        Expected("prop:cat", "y", "all", 0.262820512821, 0.0328814113398, 0.356683087869),
        Expected("prop:cat", "z", "all", 0.284615384615, 0.0232167179544, 0.169206795518),
        Expected("mean:y", None, "p", 56.0263157895, 2.80653193051, 0.758568837475),
        Expected("mean:y", None, "q", 57.3181818182, 1.21211416841, 1.6523601234),
        Expected("mean:gap", None, "all", 56.8744650499, 1.27183465711, 1.84284581405),
        Expected("median:y", None, "all", 56, 1.48015059798, None),
    ],
)

CASES = {
    "two_stages_counted": TWO_STAGES_COUNTED,
    "two_stages_fractions": TWO_STAGES_FRACTIONS,
    "with_replacement": WITH_REPLACEMENT,
    "strata_at_both_stages": STRATA_AT_BOTH_STAGES,
    "post_stratified": POST_STRATIFIED,
    "labels_that_come_again": LABELS_THAT_COME_AGAIN,
    "neither_strata_nor_clusters": NEITHER_STRATA_NOR_CLUSTERS,
    "lonely_remove": LONELY_REMOVE,
    "lonely_adjust": LONELY_ADJUST,
    "lonely_average": LONELY_AVERAGE,
}
