"""PyTorch: orders for training loops, schedulers of diffusers, models as decoders."""

import pickle

import numpy as np
import pytest
from conftest import Mixture

import orders

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: nothing of orders.torch was tested"
)


@pytest.fixture
def sampler():
    from orders.torch import OrderSampler

    return OrderSampler("lpd", num=37, grid=(6, 6), steps=5, seed=3)


def test_to():
    from orders.torch import to

    made = orders.generate(grid=(4, 4), steps=3, num=2)
    assert np.array_equal(to(made).numpy(), made.cells) and to(made).dtype == torch.int64
    assert to(made[0], "cpu").shape == (16,)


def test_order_i_depends_on_seed_epoch_and_i(sampler):
    made = orders.generate("lpd", grid=(6, 6), steps=5, num=37, seed=3).cells
    assert np.array_equal(torch.stack(list(sampler)).numpy(), made)
    assert np.array_equal(sampler.batch([5, 6, 7, 2, 2]).numpy(), made[[5, 6, 7, 2, 2]])
    sampler.set_epoch(1)
    other = sampler.batch(range(37)).numpy()
    assert (other != made).any(axis=1).sum() > 30
    sampler.set_epoch(0)
    assert np.array_equal(sampler.batch(range(37)).numpy(), made)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_any_number_of_workers(sampler, workers):
    loader = torch.utils.data.DataLoader(sampler, batch_size=5, num_workers=workers)
    assert torch.equal(torch.cat(list(loader)), sampler.batch(range(37)))


def test_ranks_share_the_orders(sampler):
    from orders.torch import OrderSampler

    parts = [
        list(OrderSampler("lpd", num=37, grid=(6, 6), steps=5, seed=3, rank=rank, world_size=4))
        for rank in range(4)
    ]
    assert sum(map(len, parts)) == 37
    whole = sampler.batch(range(37))
    for rank, part in enumerate(parts):
        assert torch.equal(torch.stack(part), whole[rank::4])


def test_it_is_pickled(sampler):
    sampler.set_epoch(2)
    again = pickle.loads(pickle.dumps(sampler))
    assert torch.equal(again[4], sampler[4])


def test_samplers_refused(sampler):
    from orders.torch import OrderSampler

    with pytest.raises(IndexError):
        sampler[37]
    for asked, sentence in [
        (dict(rank=2, world_size=2), "rank is 2"),
        (dict(num=0), "num is 0"),
        (dict(rho=1), "rho"),
    ]:
        with pytest.raises(orders.OrdersError, match=sentence):
            OrderSampler(**{"num": 3, "grid": (4, 4), "steps": 2, **asked})
    with pytest.raises(orders.OrdersError, match="epoch is -1"):
        sampler.set_epoch(-1)
    with pytest.raises(orders.OrdersError, match="indices are"):
        sampler.batch([0.5])


MASK = 9


def generated(scheduler, logits, shape, seed=0):
    """The loop of a pipeline of diffusers."""
    generator = torch.Generator().manual_seed(seed)
    scheduler.set_timesteps(scheduler.steps)
    sample = torch.full(shape, MASK)
    for timestep in scheduler.timesteps:
        before = sample.clone()
        output = scheduler.step(
            logits, timestep, scheduler.scale_model_input(sample), generator=generator
        )
        sample = output.prev_sample
        yield before, sample, output.pred_original_sample


def test_a_fixed_order_reveals_its_groups():
    from orders.schedulers import FixedOrder

    made = orders.generate("random", grid=(3, 4), sizes=[1, 4, 7], num=2)
    logits = torch.randn(2, 5, 3, 4)
    for step, (before, after, predicted) in enumerate(
        generated(FixedOrder(made, MASK), logits, (2, 3, 4))
    ):
        steps = torch.from_numpy(made.step_from_cell)
        assert ((before == MASK) == (steps >= step)).all()
        assert ((after == MASK) == (steps > step)).all()
        assert (predicted < 5).all() and torch.equal(predicted[steps < step], before[steps < step])
    assert (after < 5).all()


def test_laid_out_in_a_row_and_greedy():
    from orders.schedulers import FixedOrder

    order = orders.generate("halton", grid=(3, 4), steps=3)[0]
    logits = torch.randn(2, 12, 5)
    *_, (_, final, _) = generated(FixedOrder(order, MASK, temperature=0), logits, (2, 12))
    assert torch.equal(final, logits.argmax(dim=-1))


def test_draws_follow_the_logits():
    from orders.schedulers import FixedOrder

    order = orders.generate("raster", grid=(1, 1), sizes=[1])[0]
    weights = torch.tensor([0.5, 0.3, 0.2])
    logits = weights.log().reshape(1, 1, 3).expand(4000, 1, 3)
    (_, final, _), = generated(FixedOrder(order, MASK), logits, (4000, 1))  # fmt: skip
    share = torch.bincount(final.ravel(), minlength=3) / 4000
    assert (share - weights).abs().max() < 0.04
    again = list(generated(FixedOrder(order, MASK), logits, (4000, 1)))[0][1]
    assert torch.equal(final, again)


def test_noise_is_what_is_masked_before_a_timestep():
    from orders.schedulers import FixedOrder

    made = orders.generate("random", grid=(3, 4), sizes=[1, 4, 7])
    scheduler = FixedOrder(made, MASK)
    sample = torch.zeros(3, 3, 4, dtype=torch.int64)
    noisy = scheduler.add_noise(sample, torch.tensor([2, 1, 0]))
    steps = torch.from_numpy(made.step_from_cell)[0]
    for step in range(3):
        assert torch.equal(noisy[step] == MASK, steps >= step)


def test_schedulers_refused():
    from orders.schedulers import FixedOrder

    made = orders.generate("random", grid=(3, 4), sizes=[1, 4, 7], num=2)
    scheduler = FixedOrder(made, MASK)
    sample, logits = torch.full((2, 3, 4), MASK), torch.zeros(2, 5, 3, 4)
    broken = logits.clone()
    broken[0, 0, 0, 0] = torch.nan
    for call, sentence in [
        (lambda: scheduler.set_timesteps(4), "3 steps, and 4 are asked for"),
        (lambda: scheduler.step(logits, 3, sample), "timestep is 3"),
        (lambda: scheduler.step(logits[:, :, :2], 0, sample), "does not fit"),
        (lambda: scheduler.step(logits, 0, sample[:, :2]), "sample has the shape"),
        (lambda: scheduler.step(broken, 0, sample), "no numbers"),
        (
            lambda: scheduler.step(torch.zeros(3, 5, 3, 4), 0, torch.full((3, 3, 4), MASK)),
            "2 orders for 3 samples",
        ),
        (lambda: FixedOrder(made, MASK, temperature=-1), "temperature is -1"),
    ]:
        with pytest.raises(orders.OrdersError, match=sentence):
            call()


class Network(torch.nn.Module):
    """The mixture, on tensors."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, tokens, known, asked, labels):
        assert (
            tokens.dtype == torch.int64
            and known.dtype == torch.bool
            and tokens.shape == asked.shape
        )
        return self.scale * torch.from_numpy(self.model(tokens.numpy(), known.numpy(), None, None))


def test_networks_are_decoders():
    model = Mixture(cells=16)
    images = model.images(6)
    theirs = orders.evaluate(
        Network(model), torch.from_numpy(images).reshape(6, 4, 4), grid=(4, 4), steps=3
    )
    ours = orders.evaluate(model, images, grid=(4, 4), steps=3)
    assert all(np.allclose(a.nats, b.nats) for a, b in zip(theirs, ours))
    drawn = orders.sample(
        Network(model), grid=(4, 4), steps=3, num=4, device="cpu", labels=torch.arange(4)
    )
    assert np.array_equal(drawn.tokens, orders.sample(model, grid=(4, 4), steps=3, num=4).tokens)
    half = orders.sample(
        lambda *asked: Network(model)(*asked).to(torch.bfloat16), grid=(4, 4), steps=3, device="cpu"
    )
    assert half.tokens.shape == (1, 4, 4)


def test_tensors_share_the_memory_of_arrays():
    seen = []

    def network(tokens, known, asked, labels):
        seen.append(tokens)
        return torch.zeros(*tokens.shape, 3)

    from orders._decoding import ask_of

    tokens = np.zeros((2, 4), np.int64)
    logits = ask_of(network, None, "cpu")(tokens, tokens > 0, tokens > 0, np.arange(2))
    tokens[1, 2] = 7
    assert seen[0][1, 2] == 7 and logits.dtype == np.float32
