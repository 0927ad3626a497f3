"""Every equation again, its sums as index loops: what the library is held against.

`by_definition.conv_forward` is `conv.forward` with the same arguments, and so on for each
function of each layer; it stands in the file of the same name. The loops work on one example, one
map, one channel; the lines before them deal out the batch, the maps and the channels.
Nothing here is fast. The doors are those of the library: what it refuses is refused.
"""

from .activations import relu, relu_prime, sigmoid, sigmoid_prime, softmax, softmax_jacobian
from .conv import conv_backward, conv_forward, conv_nabla_b, conv_nabla_w
from .costs import cross_entropy, delta, log_likelihood, quadratic, softmax_delta
from .deep import deep_backprop, deep_feedforward, layer_backward, layer_forward, layer_nabla
from .dense import dense_backward, dense_forward, dense_nabla_b, dense_nabla_w
from .network import backprop, feedforward
from .pool import (
    pool_backward,
    pool_forward,
    pool_mean,
    pool_mean_backward,
    pool_scatter,
    pool_switches,
    pool_winners,
)

__all__ = [
    "backprop",
    "conv_backward",
    "conv_forward",
    "conv_nabla_b",
    "conv_nabla_w",
    "cross_entropy",
    "deep_backprop",
    "deep_feedforward",
    "delta",
    "dense_backward",
    "dense_forward",
    "dense_nabla_b",
    "dense_nabla_w",
    "feedforward",
    "layer_backward",
    "layer_forward",
    "layer_nabla",
    "log_likelihood",
    "pool_backward",
    "pool_forward",
    "pool_mean",
    "pool_mean_backward",
    "pool_scatter",
    "pool_switches",
    "pool_winners",
    "quadratic",
    "relu",
    "relu_prime",
    "sigmoid",
    "sigmoid_prime",
    "softmax",
    "softmax_delta",
    "softmax_jacobian",
]
