"""What a table says, in a sentence, and as JSON."""

import json
from typing import Any

import numpy as np

from analysis.genotypes.interactions import Interactions
from analysis.genotypes.measure import TableMeasures
from analysis.numbers import number
from analysis.runs.record import strict


def headline(measures: TableMeasures) -> str:
    """The answer in plain words."""
    found = measures.interactions
    if found is None:
        return f"No interaction spectrum: {measures.refused}. {_predicted(measures)}"
    if np.isnan(found.shares[0]):
        return f"Shares are undefined: {found.reason}."
    own, error = float(found.shares[0]), float(found.shares_error[0])
    reach = f" (standard error {_percent(error)})" if error else ""
    sentence = (
        f"On {measures.scale}, {_percent(own)} of the variance comes from elements on their own and "
        f"{_percent(1.0 - own)} from their interactions{reach}{_less_noise(measures, found)}."
    )
    if found.reason:
        sentence += f" How much of it is due to pairs is not told: {found.reason}."
    return sentence if measures.complete else f"{sentence} {_predicted(measures)}"


def _less_noise(measures: TableMeasures, found: Interactions) -> str:
    if not measures.errors:
        return "; what part of that is measurement noise cannot be told without errors"
    own = float(found.corrected_shares[0])
    if own != own:  # noqa: PLR0124 - NaN
        return ", but measurement noise alone could explain all of it"
    told = f"; less measurement noise, {_percent(own)} and {_percent(1.0 - own)}"
    interactions = set(found.orders[1:])
    return told + (
        ", so no order of interaction is told from noise" if interactions and interactions <= set(found.hidden) else ""
    )


def _predicted(measures: TableMeasures) -> str:
    defined = [p for p in measures.predictions if not p.reason]
    if not defined:
        return f"No model is fitted: {measures.predictions[0].reason}."
    models = " and ".join(f"R\N{SUPERSCRIPT TWO} = {number(p.r_squared, 2)} ({p.model})" for p in defined)
    return f"Genotypes left out of the fit are predicted with {models}."


def _percent(share: float) -> str:
    return f"{number(100.0 * share, 1)} %"


def to_json(measures: TableMeasures, pairs: int) -> str:
    """Strict JSON: null for what is undefined; the strongest ``pairs`` pairs."""
    document = {
        "scale": measures.scale,
        "rows": measures.rows,
        "names": list(measures.names),
        "complete": measures.complete,
        "errors": measures.errors,
        "notices": [{"kind": notice.kind, "text": notice.text} for notice in measures.notices],
        "refused": measures.refused,
        **_interactions(measures, pairs),
        "predictions": [vars(prediction) for prediction in measures.predictions],
        "wild_type": _background(measures),
        "headline": headline(measures),
    }
    return json.dumps(strict(document), indent=2, allow_nan=False, ensure_ascii=False)


def _interactions(measures: TableMeasures, pairs: int) -> dict[str, Any]:
    found, names = measures.interactions, measures.names
    if found is None:
        return {"reason": measures.refused, "orders": [], "elements": [], "pairs": []}
    orders = {
        "terms": found.terms,
        "share": found.shares,
        "share_error": found.shares_error,
        "noise_share": found.noise_shares,
        "corrected_share": found.corrected_shares,
        "p_value": found.p_values,
    }
    elements = {
        "mixability": found.mixability,
        "mixability_error": found.mixability_error,
        "context_dependence": found.context_dependence,
        "corrected_context": found.corrected_context,
    }
    return {
        "reason": found.reason,
        "orders": [
            {"order": order, **{key: float(values[k]) for key, values in orders.items()}}
            for k, order in enumerate(found.orders)
        ],
        "elements": [
            {"name": name, **{key: float(values[i]) for key, values in elements.items()}}
            for i, name in enumerate(names)
        ],
        "pairs": [
            {
                "elements": [names[i], names[j]],
                "interaction": float(found.interaction[i, j]),
                "error": float(found.interaction_error[i, j]),
            }
            for i, j in found.strongest(pairs)
        ],
        "synergy": float(found.masses[0]),
        "synergy_error": float(found.masses_error[0]),
        "redundancy": float(found.masses[1]),
        "redundancy_error": float(found.masses_error[1]),
        "noise_mass": found.noise_mass,
    }


def _background(measures: TableMeasures) -> dict[str, Any] | None:
    found, names = measures.background, measures.names
    if found is None:
        return None
    rows = zip(found.pairs.tolist(), found.epistasis.tolist(), found.epistasis_error.tolist(), strict=True)
    effects = zip(names, found.effects.tolist(), found.effects_error.tolist(), strict=True)
    return {
        "value": found.value,
        "effects": [{"name": name, "effect": effect, "error": error} for name, effect, error in effects],
        "pairs": [{"elements": [names[i], names[j]], "epistasis": e, "error": error} for (i, j), e, error in rows],
    }
