"""One linear programme asked many times with other aims: HiGHS goes on from the last table instead of starting anew.

Only the solver's door belongs here. scipy carries HiGHS with it; its own object is used where it is there (ten times faster on
many small questions), scipy's public `milp` otherwise. Both give corners of the same polyhedron.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from warehouse.disclosure.system import Floats

OPTIONS = {
    "output_flag": False,
    "presolve": "off",
    "solver": "simplex",
    "simplex_strategy": 4,
    "threads": 1,
}  # 4: primal


class Impossible(Exception):
    """No table fits."""


class Programme:
    """min aim · x over lower ≤ x ≤ upper, row_lower ≤ A x ≤ row_upper; all bounds of x are finite."""

    def __init__(self, matrix: Any, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> None:
        """`matrix` is A, sparse."""
        self.parts = (matrix, lower, upper, row_lower, row_upper)
        self.aim = np.zeros(len(lower))
        self.solver: Any = _solver(*self.parts)

    def minimise(self, aim: Floats) -> Floats | None:
        """The corner where `aim · x` is smallest; None when the solver gave up. Raises Impossible."""
        if self.solver is not None:
            found = self._again(aim)
            if found is not None:
                return found
            self.solver = None  # in doubt the public way decides
        return self._anew(aim)

    def _again(self, aim: Floats) -> Floats | None:
        changed = np.flatnonzero(aim != self.aim).astype(np.int32)
        self.aim = aim.copy()
        self.solver.changeColsCost(len(changed), changed, aim[changed])
        self.solver.run()
        status = self.solver.modelStatusToString(self.solver.getModelStatus())
        if status == "Infeasible":
            raise Impossible
        if status != "Optimal":
            return None
        return np.asarray(self.solver.getSolution().col_value, dtype=np.float64)

    def _anew(self, aim: Floats) -> Floats | None:
        from scipy.optimize import Bounds, LinearConstraint, milp

        matrix, lower, upper, row_lower, row_upper = self.parts
        result = milp(aim, bounds=Bounds(lower, upper), constraints=LinearConstraint(matrix, row_lower, row_upper))
        if result.x is None and result.status != 1:
            raise Impossible
        return None if result.x is None else np.asarray(result.x, dtype=np.float64)


def _solver(matrix: Any, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> Any:
    """HiGHS with the programme in it; None where this scipy has no such object."""
    try:
        from scipy.optimize._highspy import _core

        lp, columns = _core.HighsLp(), matrix.tocsc()
        lp.num_row_, lp.num_col_ = columns.shape
        lp.col_cost_ = np.zeros(columns.shape[1])
        lp.col_lower_, lp.col_upper_ = lower, upper
        lp.row_lower_, lp.row_upper_ = row_lower, row_upper
        lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = columns.shape
        lp.a_matrix_.format_ = _core.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = columns.indptr, columns.indices, columns.data
        solver = _core._Highs()
        for name, value in OPTIONS.items():
            solver.setOptionValue(name, value)
        return solver if solver.passModel(lp) != _core.HighsStatus.kError else None
    except (ImportError, AttributeError, TypeError):
        return None
