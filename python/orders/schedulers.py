"""Orders as schedulers of diffusers. It imports torch, which `import orders` does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ._native import OrdersError
from ._orders import Order, Orders


@dataclass
class FixedOrderOutput:
    """What a step gives."""

    prev_sample: torch.Tensor
    """Tokens after the step, the mask token where a cell has none yet: in the shape of the
    sample."""
    pred_original_sample: torch.Tensor
    """The tokens that were drawn for all cells without one."""


class FixedOrder:
    """An order as a scheduler by the convention of diffusers' discrete schedulers (such as
    AmusedScheduler): timesteps count down to 0, `step` draws tokens from the logits and
    keeps those of the cells that the order has in this step, and samples have the mask
    token in cells that are to come.

    With one order, it is that of every sample; else sample i has order i.
    """

    order = 1

    def __init__(
        self, orders: Orders | Order, mask_token_id: int, temperature: float = 1.0
    ) -> None:
        if not temperature >= 0:
            raise OrdersError(f"temperature is {temperature}; it takes a number from 0")
        if isinstance(orders, Order):
            orders = Orders(orders.cells, orders.problem)
        self.steps = orders.problem.steps
        self.mask_token_id = mask_token_id
        self.temperature = temperature
        self._step_from_cell = torch.from_numpy(orders.step_from_cell)
        self.init_noise_sigma = 1.0
        self.set_timesteps()

    def set_timesteps(
        self, num_inference_steps: int | None = None, device: str | torch.device | None = None
    ) -> None:
        """The timesteps: one for each step of the order, and no other number of them."""
        if num_inference_steps not in (None, self.steps):
            raise OrdersError(
                f"the order has {self.steps} steps, and {num_inference_steps} are asked for"
            )
        self.timesteps = torch.arange(self.steps - 1, -1, -1, device=device)

    def scale_model_input(self, sample: torch.Tensor, timestep: int | None = None) -> torch.Tensor:
        return sample

    def step(
        self,
        model_output: torch.Tensor,
        timestep: int | torch.Tensor,
        sample: torch.Tensor,
        generator: torch.Generator | None = None,
        return_dict: bool = True,
    ) -> FixedOrderOutput | tuple[torch.Tensor, torch.Tensor]:
        """A step. `sample` holds tokens: int64, shape (B, height, width) or (B, cells).
        `model_output` are logits: shape (B, V, height, width) for the first, and (B, cells, V)
        for the second."""
        step = self.steps - 1 - int(timestep)
        if not 0 <= step < self.steps:
            raise OrdersError(
                f"timestep is {int(timestep)}; timesteps go from {self.steps - 1} to 0"
            )
        steps = self._of_samples(sample)
        logits = model_output.movedim(1, -1) if sample.ndim == 3 else model_output
        if logits.shape[:-1] != sample.shape:
            raise OrdersError(
                f"model_output has the shape {tuple(model_output.shape)}, which does not fit a sample of "
                f"{tuple(sample.shape)}: logits are (B, V, height, width), or (B, cells, V)"
            )
        if not torch.isfinite(logits.amax(dim=-1)).all():
            raise OrdersError("model_output has a cell whose logits are no numbers")
        drawn = self._draw(logits.float(), generator)
        unknown = sample == self.mask_token_id
        predicted = torch.where(unknown, drawn, sample)
        previous = torch.where(unknown & (steps <= step), drawn, sample)
        if not return_dict:
            return previous, predicted
        return FixedOrderOutput(previous, predicted)

    def add_noise(self, sample: torch.Tensor, timesteps: int | torch.Tensor) -> torch.Tensor:
        """What is settled of samples before a timestep: the mask token elsewhere."""
        steps = self._of_samples(sample)
        at = torch.as_tensor(timesteps, device=sample.device).reshape(-1, *[1] * (sample.ndim - 1))
        return torch.where(steps < self.steps - 1 - at, sample, self.mask_token_id)

    def _of_samples(self, sample: torch.Tensor) -> torch.Tensor:
        steps = self._step_from_cell
        if len(steps) not in (1, len(sample)):
            raise OrdersError(
                f"there are {len(steps)} orders for {len(sample)} samples; one for all, or one for each"
            )
        cells = int(np.prod(steps.shape[1:]))
        if sample.ndim == 2:
            steps = steps.reshape(len(steps), cells)
        if sample.shape[1:] != steps.shape[1:]:
            raise OrdersError(
                f"sample has the shape {tuple(sample.shape)}; it is (B, {cells}) or (B, *{tuple(steps.shape[1:])})"
            )
        return steps.to(sample.device)

    def _draw(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        if self.temperature == 0:
            return logits.argmax(dim=-1)
        weights = torch.softmax(logits / self.temperature, dim=-1)
        flat = weights.reshape(-1, weights.shape[-1])
        if generator is not None and generator.device != flat.device:
            flat = flat.to(generator.device)
        drawn = torch.multinomial(flat, 1, generator=generator)
        return drawn.reshape(logits.shape[:-1]).to(logits.device)
