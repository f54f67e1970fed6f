"""Models of one's own: likelihoods against literal ones, samples against distributions."""

import traceback
from collections import Counter

import numpy as np
import pytest
from conftest import Causal, Mixture

import orders


def literal_nats(model, images, order):
    """What each cell costs, group after group, one image at a time."""
    nats = np.zeros(images.shape)
    for image, tokens in enumerate(images):
        known = np.zeros((1, len(tokens)), bool)
        for group in order(image):
            asked = np.zeros_like(known)
            asked[0, group] = True
            logits = model(np.where(known, tokens, 0), known, asked, None)
            if logits.shape[1] != len(tokens):
                full = np.zeros((1, len(tokens), logits.shape[2]))
                full[0, np.sort(group)] = logits[0]
                logits = full
            log = logits[0] - np.logaddexp.reduce(logits[0], axis=-1, keepdims=True)
            nats[image, group] = -log[group, tokens[group]]
            known[0, group] = True
    return nats


@pytest.mark.parametrize("kind", [Mixture, Causal])
def test_likelihood_is_the_literal_one(kind):
    model = kind(cells=16)
    images = model.images(9)
    results = orders.evaluate(model, images, ["lpd", "halton"], grid=(4, 4), steps=[3, 5], batch=4)
    assert [(result.label, result.steps) for result in results] == [
        ("lpd", 3), ("halton", 3), ("lpd", 5), ("halton", 5),
    ]  # fmt: skip
    for result in results:
        made = orders.generate(result.label, grid=(4, 4), steps=result.steps, num=9)
        assert list(made) == result.orders
        expected = literal_nats(model, images, lambda image: made[image].groups())
        assert np.allclose(result.nats.reshape(9, 16), expected, atol=1e-5)
        assert np.allclose(result.nats_per_cell, expected.mean(axis=1), atol=1e-6)
        alone = orders.generate(result.label, grid=(4, 4), shape="one-by-one", num=9)
        single = literal_nats(model, images, lambda image: alone[image].cells.reshape(-1, 1)).mean(
            axis=1
        )
        assert np.allclose(result.one_by_one, single, atol=1e-6)
        assert np.allclose(result.parallel_loss, result.nats_per_cell - single, atol=1e-6)


def test_an_exact_model_has_no_learning_error(mixture):
    images = mixture.images(30)
    results = orders.evaluate(mixture, images, ["lpd", "raster"], grid=(4, 4), steps=4)
    exact = -mixture.log_likelihood(images) / 16
    for result in results:
        assert np.allclose(result.one_by_one, exact, atol=1e-5)
        assert np.allclose(result.learning_error, 0.0, atol=1e-5)
        assert result.parallel_loss.mean() > 0


def test_a_causal_model_has_one_off_its_order(causal):
    images = causal.images(40)
    raster, halton = orders.evaluate(causal, images, ["raster", "halton"], grid=(4, 4), steps=16)
    assert raster.learning_error.mean() < 0 < raster.one_by_one.mean()
    assert raster.nats_per_cell.mean() < halton.nats_per_cell.mean()


def test_one_name_and_one_number_will_do(mixture):
    images = mixture.images(2)
    (result,) = orders.evaluate(
        mixture, images, "halton", grid=(4, 4), steps=np.int64(3), one_by_one=False
    )
    assert (result.label, result.steps) == ("halton", 3)


def test_logits_of_other_libraries(mixture):
    """Arrays that give themselves by DLPack, as those of JAX and CuPy do."""

    class Array:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **asked):
            return self.array.__dlpack__(**asked)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    images = mixture.images(3)
    ours, theirs = (
        orders.evaluate(decoder, images, "lpd", grid=(4, 4), steps=3)
        for decoder in (mixture, lambda *asked: Array(mixture(*asked)))
    )
    assert np.array_equal(ours[0].nats, theirs[0].nats)


def test_columns_and_table(mixture, tmp_path):
    images = mixture.images(25)
    results = orders.evaluate(mixture, images, {"a": "lpd", "b": {"method": "lpd", "repulsion": 3}, "c": "random"},
                              grid=(4, 4), steps=[2, 4])  # fmt: skip
    columns = results.columns()
    assert columns["label"] == ["a", "b", "c"] * 2 and columns["steps"] == [2] * 3 + [4] * 3
    for place, result in enumerate(results):
        assert np.isclose(columns["nats_per_cell"][place], result.nats_per_cell.mean())
        first = results[place - place % 3]
        if place % 3 == 0:
            assert columns["difference"][place] is None and columns["difference_p"][place] is None
            continue
        assert np.isclose(
            columns["difference"][place], (result.nats_per_cell - first.nats_per_cell).mean()
        )
        assert (
            columns["difference_low"][place]
            <= columns["difference"][place]
            <= columns["difference_high"][place]
        )
        p = columns["difference_p"][place]
        # Where all orders are the same, there is nothing to test.
        assert p is None if np.array_equal(result.nats, first.nats) else 0 < p <= 1
    assert str(results).splitlines()[0].startswith("orders") and len(str(results).splitlines()) == 7
    results.plot(tmp_path / "likelihood.svg")
    assert "lpd" not in str(results) and (tmp_path / "likelihood.svg").read_text().count(
        'aria-label="c"'
    )


def test_p_values_are_corrected_by_holm(mixture):
    images = mixture.images(8)
    columns = orders.evaluate(
        mixture, images, ["lpd", "random", "halton"], grid=(4, 4), steps=2
    ).columns()
    results = orders.evaluate(
        mixture, images, ["lpd", "random", "halton"], grid=(4, 4), steps=2, one_by_one=False
    )
    raw = []
    for result in results[1:]:
        differences = result.nats_per_cell - results[0].nats_per_cell
        signs = 1 - 2 * (np.arange(256)[:, None] >> np.arange(8) & 1)
        sums = np.abs(signs @ differences)
        raw.append((sums >= abs(differences.sum()) - 1e-12).mean())
    low, high = sorted(raw)
    holm = {low: min(1, 2 * low), high: max(min(1, 2 * low), high)}
    assert np.allclose(columns["difference_p"][1:], [holm[p] for p in raw])
    assert results[0].one_by_one is None and results.columns()["parallel_loss"] == [None] * 3


def test_given_orders_and_known_cells(mixture):
    images = mixture.images(5)
    known = [0, 3, 12]
    own = orders.generate("random", grid=(4, 4), known=known, sizes=[3, 10], num=5)
    (result,) = orders.evaluate(mixture, images, {"own": own}, grid=(4, 4), known=known)

    def groups(image):
        return [np.array(known), *own[image].groups()]

    expected = literal_nats(mixture, images, groups)
    expected[:, known] = 0
    assert np.allclose(result.nats.reshape(5, 16), expected, atol=1e-5)
    assert np.allclose(result.nats_per_cell, expected.sum(axis=1) / 13, atol=1e-6)
    assert (result.nats.reshape(5, 16)[:, known] == 0).all()


def test_labels_and_batches_reach_the_decoder(mixture):
    seen = []

    def labelled(tokens, known, asked, labels):
        assert len(labels) == len(tokens) <= 3
        seen.extend(labels)
        return mixture(tokens, known, asked, labels)

    images = mixture.images(7)
    orders.evaluate(
        labelled,
        images,
        ["raster"],
        grid=(4, 4),
        steps=2,
        labels=np.arange(7) * 10,
        batch=3,
        one_by_one=False,
    )
    assert Counter(seen) == {label: 2 for label in range(0, 70, 10)}


class MostCertain(orders.Scheduler):
    def choose(self, step, cells, probabilities):
        assert probabilities.shape == (len(cells), 3) and step <= 4
        return cells[np.argsort(-probabilities.max(axis=1), kind="stable")[:4]]


def test_schedulers(mixture):
    images = mixture.images(6)
    results = orders.evaluate(
        mixture, images, [], grid=(4, 4), schedulers={"certain": MostCertain}, batch=4
    )
    (result,) = results
    assert result.steps == 4
    for image, order in enumerate(result.orders):
        known = np.zeros((1, 16), bool)
        for group in order.groups():
            p = mixture.probabilities(np.where(known, images[image], 0), known)[0].max(axis=-1)
            free = np.flatnonzero(~known[0])
            best = free[np.argsort(-p[free].astype(np.float32), kind="stable")[:4]]
            assert set(best) == set(group)
            known[0, group] = True
    expected = literal_nats(mixture, images, lambda image: result.orders[image].groups())
    assert np.allclose(result.nats.reshape(6, 16), expected, atol=1e-5)
    assert np.allclose(result.one_by_one, -mixture.log_likelihood(images) / 16, atol=1e-5)


def test_samples_follow_the_model():
    model = Mixture(cells=3, tokens=2, kinds=2, seed=3)
    every = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    expected = np.exp(model.log_likelihood(every))
    for asked in (
        dict(),
        dict(exact=True),
        dict(exact=True, rule="kept"),
        dict(exact=True, rule="renewed"),
    ):
        sizes = dict(shape="one-by-one") if not asked else dict(sizes=[3])
        drawn = orders.sample(
            model, "random", grid=(1, 3), num=6000, batch=6000, seed=1, **sizes, **asked
        )
        counts = (drawn.tokens.reshape(-1, 3) @ [4, 2, 1])[:, None] == np.arange(8)
        chi = ((counts.sum(axis=0) - 6000 * expected) ** 2 / (6000 * expected)).sum()
        assert chi < 29.9, (asked, chi)  # 7 degrees of freedom: 1 in 10,000
        assert (drawn.nats is None) == bool(asked)
        assert drawn.passes.max() <= 3 and (asked == {} or drawn.passes.mean() < 3)


def test_samples_depend_on_seed_and_number_only(mixture):
    asked = dict(grid=(4, 4), steps=4, num=10, seed=2)
    first = orders.sample(mixture, "lpd", **asked)
    again = orders.sample(mixture, "lpd", batch=3, **asked)
    assert np.array_equal(first.tokens, again.tokens) and list(first.orders) == list(again.orders)
    assert np.allclose(
        first.nats.reshape(10, 16),
        literal_nats(mixture, first.tokens.reshape(10, 16), lambda i: first.orders[i].groups()),
        atol=1e-5,
    )
    exact = [
        orders.sample(mixture, "lpd", exact=True, batch=batch, **asked).tokens for batch in (3, 64)
    ]
    assert np.array_equal(*exact)
    assert not np.array_equal(
        first.tokens, orders.sample(mixture, "lpd", **{**asked, "seed": 3}).tokens
    )


def test_samples_with_known_cells_and_schedulers(mixture):
    tokens = mixture.images(4)
    drawn = orders.sample(
        mixture, "halton", grid=(4, 4), steps=3, num=4, known=[0, 5], tokens=tokens
    )
    assert np.array_equal(drawn.tokens.reshape(4, 16)[:, [0, 5]], tokens[:, [0, 5]])
    free = orders.sample(mixture, grid=(4, 4), num=3, scheduler=MostCertain)
    assert (free.passes == 4).all() and all(len(order) == 16 for order in free.orders)
    cold = orders.sample(
        mixture, "raster", grid=(4, 4), shape="one-by-one", num=2, temperature=1e-4
    )
    assert np.array_equal(cold.tokens[0], cold.tokens[1])


class Broken(Mixture):
    def __init__(self, change):
        super().__init__(cells=4, tokens=3)
        self.change = change

    def __call__(self, tokens, known, asked, labels):
        return self.change(super().__call__(tokens, known, asked, labels))


def with_nan(logits):
    logits[1, 2, 0] = np.nan
    return logits


@pytest.mark.parametrize(
    "change, sentence",
    [
        (with_nan, "cell 2 of sample 1 a probability of NaN"),
        (lambda logits: logits[:, :3], r"shape \(2, 3, 3\) for 2 samples"),
        (lambda logits: logits[:1], r"shape \(1, 4, 3\)"),
        (lambda logits: logits[0], r"float32 and shape \(4, 3\)"),
        (lambda logits: logits[..., :0], r"\(2, 4, 0\)"),
        (lambda logits: logits.astype(str), "logits"),
        (lambda logits: None, "logits"),
        (lambda logits: [[1], [1, 2]], "different lengths"),
        (lambda logits: logits * np.inf, "probability of NaN"),
    ],
)
def test_answers_that_are_none(change, sentence):
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.evaluate(Broken(change), [[0, 1, 2, 0]] * 2, ["raster"], grid=(2, 2), steps=1)


def test_impossible_tokens():
    def certain(tokens, known, asked, labels):
        logits = np.zeros((*tokens.shape, 2), np.float32)
        logits[..., 1] = -np.inf
        return logits

    with pytest.raises(orders.OrdersError, match="token 1 of cell 3 of sample 1 the probability 0"):
        orders.evaluate(
            certain,
            [[0, 0, 0, 0], [0, 0, 0, 1]],
            ["raster"],
            grid=(2, 2),
            steps=4,
            one_by_one=False,
        )
    with pytest.raises(orders.OrdersError, match="cell 0 of sample 0 got token 2; there are 2"):
        orders.evaluate(certain, [[2, 0, 0, 0]], ["raster"], grid=(2, 2), steps=4)


def test_tracebacks_of_models_and_schedulers_survive(mixture):
    def model(tokens, known, asked, labels):
        return inner()

    def inner():
        raise LookupError("deep down")

    class Raises(orders.Scheduler):
        def choose(self, step, cells, probabilities):
            return inner()

    images = mixture.images(2)
    for asked in (dict(decoder=model), dict(decoder=mixture, scheduler=Raises)):
        with pytest.raises(LookupError, match="deep down") as raised:
            orders.sample(grid=(4, 4), steps=2, **asked)
        assert "inner" in [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]
    with pytest.raises(LookupError):
        orders.evaluate(model, images, grid=(4, 4), steps=2)
    with pytest.raises(LookupError):
        orders.sample(model, grid=(4, 4), steps=2, exact=True)


@pytest.mark.parametrize(
    "chosen, sentence",
    [
        (lambda cells: [], "chose no cell"),
        (lambda cells: [cells[0], cells[0]], "twice"),
        (lambda cells: [99], "not in the grid"),
        (lambda cells: [-1], "is -1, which is no cell"),
        (lambda cells: [0.5], "whole numbers"),
        (lambda cells: [0], "which is settled"),
    ],
)
def test_schedulers_that_choose_badly(mixture, chosen, sentence):
    class Bad(orders.Scheduler):
        def choose(self, step, cells, probabilities):
            return [0] if step == 0 else chosen(cells)

    with pytest.raises(orders.OrdersError, match=sentence):
        orders.sample(mixture, grid=(4, 4), scheduler=Bad)


def test_arrays_that_change_under_way(mixture):
    """What was given is copied: a model that writes to it changes nothing."""
    images = mixture.images(3)

    def vandal(tokens, known, asked, labels):
        logits = mixture(tokens, known, asked, labels)
        tokens[:], known[:], asked[:] = 2, True, False
        images[:] = -5
        return logits

    clean = orders.evaluate(mixture, images.copy(), ["lpd"], grid=(4, 4), steps=4, one_by_one=False)
    dirty = orders.evaluate(vandal, images, ["lpd"], grid=(4, 4), steps=4, one_by_one=False)
    assert np.array_equal(clean[0].nats, dirty[0].nats)


@pytest.mark.parametrize(
    "asked, sentence",
    [
        (dict(tokens=[[0, 1]]), "tokens are whole numbers of shape"),
        (dict(tokens=[[0, 1, 2, -1]]), "token -1 of cell 3"),
        (dict(tokens=[[0.0] * 4]), "tokens are whole numbers"),
        (dict(tokens=np.zeros((0, 4), int)), "there are no images"),
        (dict(steps=()), "steps are needed"),
        (dict(steps=5), "5 steps cannot share 4 cells"),
        (dict(methods=["lqd"]), "did you mean 'lpd'"),
        (dict(methods=[]), "nothing to compare"),
        (dict(methods={"a": 3}), "method a is a name"),
        (dict(labels=[1, 2]), "one for each"),
        (dict(batch=0), "batch is 0"),
        (dict(decoder=3), "can't be"),
        (dict(grid=(2, 3)), "tokens are whole numbers"),
        (dict(methods={"own": orders.generate("raster", grid=(2, 3), steps=2)}), "orders a grid"),
        (
            dict(methods={"own": orders.generate("raster", grid=(2, 2), steps=2, num=3)}),
            "3 orders for 1 images",
        ),
        (dict(schedulers={"x": object}), "has no 'choose'"),
        (dict(shape="cosinus"), "there are no sizes 'cosinus'"),
    ],
)
def test_refused(asked, sentence):
    model = Mixture(cells=4)
    usual = dict(decoder=model, tokens=[[0, 1, 2, 0]], methods=["lpd"], grid=(2, 2), steps=2)
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.evaluate(**{**usual, **asked})


@pytest.mark.parametrize(
    "asked, sentence",
    [
        (dict(temperature=0), "temperature is 0"),
        (dict(num=0), "num is 0"),
        (dict(known=[0]), "tokens of the known cells"),
        (dict(exact=True, rule="best"), "draft rule"),
        (dict(exact=True, window=0), "window is 0"),
        (dict(exact=True, scheduler=MostCertain), "exact decoding follows an order"),
        (
            dict(method=orders.generate("raster", grid=(4, 4), steps=2, num=3)),
            "3 orders for 1 samples",
        ),
    ],
)
def test_samples_refused(mixture, asked, sentence):
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.sample(mixture, **{"grid": (4, 4), "steps": 2, **asked})


@pytest.mark.parametrize("name", sorted(orders.scheduling_rules()))
def test_schedulers_of_the_catalogue(mixture, name):
    info = orders.scheduling_rules()[name]
    images = mixture.images(5)
    asked = dict(grid=(4, 4), steps=4) if info.group_sizes else dict(grid=(4, 4))
    drawn = orders.sample(mixture, scheduler=name, num=5, seed=1, batch=2, **asked)
    again = orders.sample(mixture, scheduler=name, num=5, seed=1, **asked)
    assert np.array_equal(drawn.tokens, again.tokens) and drawn.orders == again.orders
    if info.group_sizes:
        sizes = orders.group_sizes(grid=(4, 4), steps=4)
        assert all(np.array_equal(order.sizes, sizes) for order in drawn.orders)
    if info.tokens:
        with pytest.raises(orders.OrdersError, match="looks at drawn tokens"):
            orders.evaluate(mixture, images, [], schedulers=[name], **asked)
        return
    (result,) = orders.evaluate(mixture, images, [], schedulers=[name], batch=3, **asked)
    expected = literal_nats(mixture, images, lambda image: result.orders[image].groups())
    assert np.allclose(result.nats.reshape(5, 16), expected, atol=1e-5)
    assert np.allclose(result.one_by_one, -mixture.log_likelihood(images) / 16, atol=1e-5)


def test_parameters_of_schedulers(mixture):
    many, few = (
        orders.sample(mixture, scheduler="entropy-bound", grid=(4, 4), num=4, budget=budget)
        for budget in (0.0, 100.0)
    )
    assert (many.passes == 16).all() and (few.passes == 1).all()
    results = orders.evaluate(
        mixture,
        mixture.images(3),
        ["lpd"],
        grid=(4, 4),
        steps=4,
        schedulers={"one": {"scheduler": "entropy-bound", "budget": 0.0}, "by order": "lpd"},
    )
    assert [(result.label, result.steps) for result in results] == [
        ("lpd", 4),
        ("by order", 4),
        ("one", 16),
    ]
    assert np.array_equal(results[0].nats, results[1].nats)
    assert np.allclose(results[2].parallel_loss, 0, atol=1e-6)
    for asked, sentence in [
        (dict(scheduler="entropy-bond"), "did you mean 'entropy-bound'"),
        (dict(scheduler="entropy-bound", budget=-1), "budget of scheduler entropy-bound is -1"),
        (dict(scheduler="entropy-bound", budgte=1), "did you mean 'budget'"),
        (dict(scheduler="entropy-bound", budget=None), "budget of scheduler entropy-bound is None"),
        (dict(scheduler=MostCertain, budget=1), "no parameters here"),
        (dict(scheduler=3), "scheduler given is a name"),
    ]:
        with pytest.raises(orders.OrdersError, match=sentence):
            orders.sample(mixture, grid=(4, 4), **asked)
