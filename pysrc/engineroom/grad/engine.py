"""Products of Tensors: `products` of what they hold, forward and backward, recorded in one step each."""

from engineroom import products
from engineroom.grad.tensor import Tensor, apply
from engineroom.products import Engine

ENGINE = Engine(
    product=lambda x, weight: apply("product", products.product, (x, weight)), matmul=lambda a, b: apply("matmul", products.matmul, (a, b))
)
products.register(Tensor, ENGINE)
