"""What theory says of dropout, exactly: closed forms beside sums over all masks. Everything is in float64.

docs/nets_theory.md lists the laws, their sources and the tests that hold them.
"""

from nets.theory.averaging import arithmetic_mean, geometric_mean, thinned, weight_scaled, with_zero
from nets.theory.ensembles import EnsembleGradients, ExactEnsemble, ensemble_gradients, exact_ensemble
from nets.theory.exact_penalty import exact_penalty
from nets.theory.families import FAMILIES, Family
from nets.theory.linear_network import contributions, equalised, hidden_penalty, least_penalty
from nets.theory.monte_carlo import MonteCarlo, TradeOff
from nets.theory.noise import Noise, bernoulli, gaussian
from nets.theory.noise_operator import (
    deployed_coefficients,
    interaction_orders,
    noise_operator,
    order_ridge,
    trained_coefficients,
    walsh_values,
)
from nets.theory.pooling import expected_pooled_noise, pooled_noise
from nets.theory.regression import (
    dropout_minimiser,
    dropout_risk,
    expected_gradient,
    gradient_over,
    penalty_strength,
)

__all__ = [
    "FAMILIES",
    "EnsembleGradients",
    "ExactEnsemble",
    "Family",
    "MonteCarlo",
    "Noise",
    "TradeOff",
    "arithmetic_mean",
    "bernoulli",
    "contributions",
    "deployed_coefficients",
    "dropout_minimiser",
    "dropout_risk",
    "ensemble_gradients",
    "equalised",
    "exact_ensemble",
    "exact_penalty",
    "expected_gradient",
    "expected_pooled_noise",
    "gaussian",
    "geometric_mean",
    "gradient_over",
    "hidden_penalty",
    "interaction_orders",
    "least_penalty",
    "noise_operator",
    "order_ridge",
    "penalty_strength",
    "pooled_noise",
    "thinned",
    "trained_coefficients",
    "walsh_values",
    "weight_scaled",
    "with_zero",
]
