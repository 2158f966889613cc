"""Spectra: ends exact, multiplicities complete, laws as stated, matrices and data as a dense eigensolver sees them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator, aslinearoperator

from cdmtheory.spectra import SYNTHETIC, Spectrum, merge_equal, synthetic
from tolerances import EIGENVALUES, LANCZOS, QUADRATURE, SMALL_SINGULAR_VALUES, SUMS

quick = settings(derandomize=True, deadline=None, max_examples=40)
kappas = st.one_of(st.just(1), st.integers(1, 10**16), st.fractions(1, 10**6), st.floats(1, 1e16))


def _random(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def _hessian(data, decay):
    return data.T @ data / len(data) + decay * np.eye(data.shape[1])


# synthetic

def test_the_names_are_those_of_the_contract():
    assert set(SYNTHETIC) == {"uniform", "log-uniform", "power-law", "two-cluster", "bulk-outliers", "marchenko-pastur", "interpolating"}


@pytest.mark.parametrize("name", SYNTHETIC)
@quick
@given(kappa=kappas, size=st.integers(2, 300), seed=st.integers(0, 2**32))
def test_synthetic_has_its_ends_exactly_and_its_size(name, kappa, size, seed):
    spectrum = synthetic(name, kappa, size, seed=seed)
    assert spectrum.L == 1
    assert spectrum.mu == 1 / Fraction(kappa)
    assert spectrum.eigenvalues[0] == float(spectrum.mu)
    assert spectrum.eigenvalues[-1] == 1.0
    assert spectrum.size == size
    assert len(spectrum) == len(spectrum.multiplicities) <= size
    assert (np.diff(spectrum.eigenvalues) > 0).all()
    again = synthetic(name, kappa, size, seed=seed)
    assert np.array_equal(spectrum.eigenvalues, again.eigenvalues)
    assert np.array_equal(spectrum.multiplicities, again.multiplicities)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_another_seed_draws_another_spectrum(name):
    assert not np.array_equal(synthetic(name, 100, 20, seed=1).eigenvalues, synthetic(name, 100, 20, seed=2).eigenvalues)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_one_eigenvalue_and_two(name):
    assert synthetic(name, 1, 1).eigenvalues.tolist() == [1.0]
    assert synthetic(name, 1, 7).multiplicities.tolist() == [7]
    assert synthetic(name, 4, 2).eigenvalues.tolist() == [0.25, 1.0]
    with pytest.raises(ValueError, match="size = 1 holds a single eigenvalue"):
        synthetic(name, 4, 1)


def _power_law_below(a):
    return lambda t, mu: np.log(t / mu) / np.log(1 / mu) if a == 0 else (t**a - mu**a) / (1 - mu**a)


def _marchenko_pastur_below(t, mu):
    def density(h):
        return np.sqrt((1 - h) * (h - mu)) / h
    return quad(density, mu, t)[0] / quad(density, mu, 1)[0]


@pytest.mark.parametrize(("name", "options", "below"), [
    ("uniform", {}, _power_law_below(1.0)), ("log-uniform", {}, _power_law_below(0.0)), ("power-law", {}, _power_law_below(0.5)),
    ("power-law", {"exponent": -0.3}, _power_law_below(-0.3)), ("power-law", {"exponent": 3}, _power_law_below(3.0)),
    ("marchenko-pastur", {}, _marchenko_pastur_below)])
def test_each_stratum_of_the_law_holds_one_eigenvalue(name, options, below):
    size = 50
    spectrum = synthetic(name, 100, size, **options)
    masses = np.array([below(t, 0.01) for t in spectrum.eigenvalues])
    assert (masses >= np.arange(size) / size - QUADRATURE).all()
    assert (masses <= np.arange(1, size + 1) / size + QUADRATURE).all()


def test_marchenko_pastur_is_what_random_data_have():
    ratio = 0.25
    seen = np.linalg.eigvalsh(_hessian(_random((1600, 400)), 0.0)) / (1 + np.sqrt(ratio)) ** 2
    ours = synthetic("marchenko-pastur", ((1 + np.sqrt(ratio)) / (1 - np.sqrt(ratio))) ** 2, 400).eigenvalues
    assert np.abs(seen - ours).max() < 0.03  # the ends of a random matrix fluctuate by 400^(-2/3)
    assert np.abs(seen - synthetic("uniform", 9, 400).eigenvalues).max() > 0.1


def test_clusters_and_outliers_lie_where_they_should():
    two = synthetic("two-cluster", 100, 10).eigenvalues
    assert (two[:5] <= 0.011).all()
    assert (two[5:] >= 0.9).all()
    bulk = synthetic("bulk-outliers", 10_000, 200).eigenvalues
    assert np.count_nonzero(bulk > 0.01) == 10
    assert np.abs(bulk[:190] - np.linspace(1e-4, 1e-2, 190)).max() < 1e-4  # uniform: one per stratum


@pytest.mark.parametrize(("size", "rank", "curved"), [(9, None, 4), (10, None, 5), (10**9, 3, 3), (5, 1, 1), (100, 99, 99)])
def test_interpolating_has_one_flat_eigenvalue(size, rank, curved):
    spectrum = synthetic("interpolating", 1000, size, rank=rank)
    assert spectrum.multiplicities[0] == size - curved
    assert spectrum.multiplicities[1:].tolist() == [1] * curved
    assert spectrum.size == size


@pytest.mark.parametrize(("arguments", "options", "message"), [
    (("gaussian", 10, 5), {}, "'gaussian' is not known; allowed are uniform"),
    (("uniform", 0.5, 5), {}, "kappa = 0.5; allowed is a number >= 1"),
    (("uniform", -3, 5), {}, "kappa = -3; allowed"),
    (("uniform", float("nan"), 5), {}, "kappa = nan"),
    (("uniform", float("inf"), 5), {}, "kappa = inf"),
    (("uniform", 10**400, 5), {}, "beyond the range"),
    (("uniform", 10, 0), {}, "size = 0; allowed"),
    (("uniform", 10, 2.5), {}, "size = 2.5; allowed"),
    (("uniform", 10, True), {}, "size = True; allowed"),
    (("uniform", 10, 5), {"seed": -1}, "seed = -1; allowed"),
    (("uniform", 10, 5), {"seed": 0.5}, "seed = 0.5; allowed"),
    (("uniform", 10, 5), {"rank": 2}, "rank = 2 belongs to the spectrum interpolating"),
    (("uniform", 10, 5), {"exponent": 2}, "exponent = 2 belongs to the spectrum power-law"),
    (("power-law", 10, 5), {"exponent": float("nan")}, "exponent = nan"),
    (("power-law", 10, 5), {"exponent": -1e4}, "exponent = -10000.0"),
    (("interpolating", 10, 5), {"rank": 5}, "rank = 5 leaves no flat direction"),
    (("interpolating", 10, 5), {"rank": 0}, "rank = 0; allowed")])
def test_synthetic_refuses(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        synthetic(*arguments, **options)


@pytest.mark.parametrize("kappa", ["100", 1j, None])
def test_a_condition_number_is_a_real_number(kappa):
    with pytest.raises(TypeError, match="kappa: "):
        synthetic("uniform", kappa, 5)


# given eigenvalues

@quick
@given(st.lists(st.sampled_from([0.5, 1.0, 2.5, 1e-300, 1e300]), min_size=1, max_size=30))
def test_equal_eigenvalues_merge_and_weights_aggregate(values):
    merged = merge_equal(values)
    assert merged.distinct[merged.which].tolist() == values
    assert merged.distinct.tolist() == sorted(set(values))
    spectrum = Spectrum.of_eigenvalues(values)
    assert spectrum.multiplicities.tolist() == [values.count(h) for h in sorted(set(values))]
    assert (spectrum.mu, spectrum.L) == (Fraction(min(values)), Fraction(max(values)))
    weights = np.arange(1.0, len(values) + 1)
    squares = np.bincount(merged.which, weights=weights**2)
    assert squares.tolist() == [sum(w**2 for w, v in zip(weights, values, strict=True) if v == h) for h in merged.distinct]


def test_multiplicities_add_up_and_may_be_huge():
    spectrum = Spectrum.of_eigenvalues([2.0, 1.0, 2.0], multiplicities=[10**9, 1, 5], mu=1)
    assert spectrum.multiplicities.tolist() == [1, 10**9 + 5]
    assert spectrum.size == 10**9 + 6
    assert spectrum.kappa == 2.0
    assert repr(spectrum) == "<Spectrum given: size 1000000006, 2 distinct, mu = 1, L = 2, kappa = 2>"


def test_a_spectrum_keeps_its_own_arrays_read_only():
    mine = np.array([1.0, 2.0])
    spectrum = Spectrum.of_eigenvalues(mine)
    mine[0] = 7.0
    assert spectrum.eigenvalues.tolist() == [1.0, 2.0]
    for array in (spectrum.eigenvalues, spectrum.multiplicities):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 3


BAD_EIGENVALUES = [
    ([1.0, float("nan")], ValueError, "eigenvalues: nan at index 1; allowed are finite"),
    ([float("inf"), 1.0], ValueError, "eigenvalues: inf at index 0"),
    ([1.0, -2.0], ValueError, r"eigenvalues: .*-2.0.* allowed are numbers > 0"),
    ([0.0, 1.0], ValueError, r"eigenvalues: .*0.0.* at index 0; allowed are numbers > 0"),
    ([1.0, 2.0 + 1j], TypeError, "eigenvalues: an array of dtype complex128"),
    ([], ValueError, "eigenvalues: an empty array"),
    (np.array([1.0, None], dtype=object), TypeError, "eigenvalues: an array of dtype object"),
    ([Fraction(1, 3)], TypeError, "eigenvalues: an array of dtype object"),
    (["1.0", "two"], TypeError, "eigenvalues: an array of dtype <U3"),
    ([True, True], TypeError, "eigenvalues: an array of dtype bool"),
    ([[1.0, 2.0]], ValueError, r"eigenvalues: an array of shape \(1, 2\); allowed is one axis"),
    (1.0, ValueError, r"eigenvalues: an array of shape \(\)")]


@pytest.mark.parametrize(("values", "error", "message"), BAD_EIGENVALUES)
def test_bad_eigenvalues_are_refused_with_the_remedy(values, error, message):
    with pytest.raises(error, match=message):
        Spectrum.of_eigenvalues(values)
    with pytest.raises(error, match="eigenvalues: "):
        Spectrum(values, np.ones(np.shape(values), dtype=int), Fraction(1), Fraction(1), "bad")


@pytest.mark.parametrize(("arguments", "message"), [
    (([1.0, 2.0], [1, 1], Fraction(2), Fraction(1)), "mu = 2 is larger than L = 1"),
    (([1.0, 2.0], [1, 1], Fraction(1, 2), Fraction(2)), "mu = 1/2 is not the extreme eigenvalue"),
    (([1.0, 2.0], [1, 1], Fraction(1), Fraction(3)), "L = 3 is not the extreme eigenvalue"),
    (([2.0, 1.0], [1, 1], Fraction(1), Fraction(2)), "not distinct and ascending at index 0"),
    (([1.0, 1.0], [1, 1], Fraction(1), Fraction(1)), "not distinct and ascending"),
    (([1.0, 2.0], [1, 0], Fraction(1), Fraction(2)), "multiplicities: "),
    (([1.0, 2.0], [1, 1.5], Fraction(1), Fraction(2)), "multiplicities: "),
    (([1.0, 2.0], [1], Fraction(1), Fraction(2)), "multiplicities: ")])
def test_an_inconsistent_spectrum_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Spectrum(*arguments, "bad")


@pytest.mark.parametrize("multiplicities", [[1], [1, 2, -1], [1.0, 1.0, 1.0]])
def test_bad_multiplicities_of_given_eigenvalues(multiplicities):
    with pytest.raises(ValueError, match="multiplicities: "):
        Spectrum.of_eigenvalues([1.0, 2.0, 2.0], multiplicities=multiplicities)


# matrices

@quick
@given(st.integers(1, 12), st.integers(0, 2**32))
def test_of_matrix_finds_the_eigenvalues_it_was_made_of(d, seed):
    random = np.random.default_rng(seed)
    q, _ = np.linalg.qr(random.standard_normal((d, d)))
    h = np.sort(random.uniform(0.1, 3, d))
    a = q * h @ q.T
    spectrum = Spectrum.of_matrix(a)
    assert spectrum.size == d
    assert np.abs(np.repeat(spectrum.eigenvalues, spectrum.multiplicities) - h).max() <= EIGENVALUES * d * h[-1]


def test_a_diagonal_matrix_is_taken_exactly():
    spectrum = Spectrum.of_matrix(np.diag([1e-30, 1.0, 1e-30]))
    assert spectrum.eigenvalues.tolist() == [1e-30, 1.0]
    assert spectrum.multiplicities.tolist() == [2, 1]


@pytest.mark.parametrize(("matrix", "message"), [
    ([[2.0, 1.0], [0.5, 2.0]], r"not symmetric, the largest difference is 0.5 between entries \(0, 1\) and \(1, 0\)"),
    ([[1.0, 1.0], [1.0, 1.0]], "not positive beyond rounding"),
    ([[1.0, 2.0], [2.0, 1.0]], "smallest eigenvalue is -1"),
    ([[1.0, 2.0, 3.0], [2.0, 1.0, 3.0]], "allowed is a square matrix"),
    ([1.0, 2.0], "allowed is 2 axes"),
    ([[0.0]], "allowed are numbers > 0"),
    ([[1.0, float("nan")], [float("nan"), 1.0]], r"nan at index \(0, 1\)")])
def test_of_matrix_refuses(matrix, message):
    with pytest.raises(ValueError, match=message):
        Spectrum.of_matrix(matrix)


def test_of_matrix_refuses_what_only_rounding_keeps_from_being_singular():
    refused = 0
    for seed in range(20):
        jacobian = _random((5, 6), seed)
        with pytest.raises(ValueError, match="not positive beyond rounding"):
            Spectrum.of_matrix(jacobian.T @ jacobian)
        refused += np.linalg.eigvalsh(jacobian.T @ jacobian)[0] > 0
    assert refused > 0  # among them some whose smallest eigenvalue came out positive


# data

@quick
@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 4), st.integers(0, 2**32))
def test_of_data_is_the_spectrum_of_the_dense_hessian(n, d, lost, seed):
    data = _random((n, d), seed)
    data[: min(lost, n - 1)] = data[-1]  # equal rows: rank is lost
    rank = np.linalg.matrix_rank(data)
    decay = Fraction(1, 3)
    spectrum = Spectrum.of_data(data, decay)
    expected = np.linalg.eigvalsh(_hessian(data, 1 / 3))
    found = np.repeat(spectrum.eigenvalues, spectrum.multiplicities)
    assert np.abs(found - expected).max() <= EIGENVALUES * max(n, d) * expected[-1]
    assert spectrum.size == d
    if rank < d:
        assert spectrum.mu == decay
        assert spectrum.multiplicities[0] == d - rank


def test_a_wide_matrix_costs_as_little_as_its_rows():
    data = _random((60, 100_000))
    data.flags.writeable = False
    spectrum = Spectrum.of_data(data, 1e-3)
    assert spectrum.multiplicities[0] == 100_000 - 60
    assert spectrum.mu == Fraction(1e-3)
    gram = np.linalg.eigvalsh(data @ data.T / 60) + 1e-3
    assert np.abs(spectrum.eigenvalues[1:] / gram - 1).max() <= SUMS * 60


@pytest.mark.parametrize("shape", [(6, 40), (40, 6)])
def test_small_singular_values_keep_their_digits(shape):
    u, _ = np.linalg.qr(_random((shape[0], 6), 1))
    v, _ = np.linalg.qr(_random((shape[1], 6), 2))
    s = np.array([1, 0.5, 1e-2, 1e-4, 1e-6, 1e-7])
    spectrum = Spectrum.of_data(u * s @ v.T, 1e-40)
    curved = spectrum.eigenvalues[-6:]
    assert np.abs(curved / np.sort(s**2 / shape[0]) - 1).max() <= SMALL_SINGULAR_VALUES


def test_rank_is_decided_by_a_tolerance_that_can_be_set():
    data = np.diag([1.0, 1e-12, 1e-20])
    assert Spectrum.of_data(data, 1e-30).multiplicities[0] == 1
    assert Spectrum.of_data(data, 1e-30, rank_tolerance=1e-6).multiplicities[0] == 2
    assert Spectrum.of_data(data, 1e-60, rank_tolerance=0).eigenvalues[0] == pytest.approx(1e-40 / 3)
    with pytest.raises(ValueError, match="rank_tolerance = -1"):
        Spectrum.of_data(data, 1, rank_tolerance=-1)


def test_a_constant_column_is_data_and_an_empty_one_is_flat():
    data = _random((5, 3))
    data[:, 1] = 4.0
    assert np.abs(Spectrum.of_data(data, 0).eigenvalues - np.linalg.eigvalsh(_hessian(data, 0))).max() <= EIGENVALUES * 20
    data[:, 1] = 0.0
    assert Spectrum.of_data(data, Fraction(1, 7)).mu == Fraction(1, 7)
    with pytest.raises(ValueError, match=r"1 of 3 directions are flat \(rank 2\), among them column 1, which is all zeros.*Use weight_decay > 0"):
        Spectrum.of_data(data, 0)


def test_data_of_zeros_have_the_flat_eigenvalue_only():
    spectrum = Spectrum.of_data(np.zeros((2, 5)), Fraction(1, 3))
    assert (spectrum.mu, spectrum.L, spectrum.size, len(spectrum)) == (Fraction(1, 3), Fraction(1, 3), 5, 1)


def test_without_weight_decay_full_column_rank_is_enough():
    assert len(Spectrum.of_data(_random((5, 3)), 0)) == 3
    with pytest.raises(ValueError, match="2 of 5 directions are flat"):
        Spectrum.of_data(_random((3, 5)), 0)


def _with(value, place):
    data = _random((3, 4))
    data[place] = value
    return data


@pytest.mark.parametrize(("data", "decay", "error", "message"), [
    (_with(np.nan, (1, 2)), 1, ValueError, r"jacobian: nan at index \(1, 2\)"),
    (_with(np.nan, (slice(None), 2)), 1, ValueError, "column 2 holds no number at all"),
    (_with(np.inf, (0, 0)), 1, ValueError, r"inf at index \(0, 0\)"),
    (np.ones((3, 2)) * 1j, 1, TypeError, "dtype complex128"),
    (np.array([["a", "b"]]), 1, TypeError, "dtype <U1"),
    (np.ones((3, 2), dtype=object), 1, TypeError, "dtype object"),
    (np.ones((0, 3)), 1, ValueError, "an empty array"),
    (np.ones(3), 1, ValueError, "allowed is 2 axes"),
    (csr_array(np.eye(3)), 1, TypeError, "a sparse matrix; allowed is a dense one"),
    (np.ones((2, 3)), -1, ValueError, "weight_decay = -1; allowed is a number >= 0"),
    (np.ones((2, 3)), -1e-300, ValueError, "weight_decay = -1e-300; allowed"),
    (np.ones((2, 3)), float("nan"), ValueError, "weight_decay = nan"),
    (np.ones((2, 3)), "small", TypeError, "weight_decay: ")])
def test_of_data_refuses(data, decay, error, message):
    with pytest.raises(error, match=message):
        Spectrum.of_data(data, decay)


# operators

@pytest.mark.parametrize("d", [1, 2, 300])
def test_of_operator_finds_the_extremes(d):
    h = np.geomspace(1e-4, 3.0, d)
    q, _ = np.linalg.qr(_random((d, d)))
    _agrees(Spectrum.of_operator(aslinearoperator(q * h @ q.T)), h)


@pytest.mark.parametrize("crowded", [True, False])
def test_of_operator_beyond_what_can_be_written_out(crowded):
    h = np.append(np.full(2_960, 1e-5), np.geomspace(1e-3, 1, 40)) if crowded else np.linspace(1e-2, 2.0, 3000)
    h = np.random.default_rng(0).permutation(h)
    _agrees(Spectrum.of_operator(LinearOperator((len(h), len(h)), matvec=lambda x: h * x.ravel(), dtype=np.float64)), h)


def _agrees(spectrum, h):
    assert float(spectrum.mu) == pytest.approx(h.min(), rel=LANCZOS)
    assert float(spectrum.L) == pytest.approx(h.max(), rel=LANCZOS)
    assert len(spectrum) == min(len(h), 2)


@pytest.mark.parametrize(("matrix", "message"), [
    (np.triu(np.ones((50, 50))), "operator: not symmetric"),
    (np.ones((2, 3)), "allowed is a square one"),
    (np.diag([0.0, *range(1, 60)]), "not positive beyond rounding"),
    (-np.eye(3), "not positive beyond rounding"),
    (np.full((3, 3), np.nan), "operator @ x: nan at index 0")])
def test_of_operator_refuses(matrix, message):
    with pytest.raises(ValueError, match=message):
        Spectrum.of_operator(aslinearoperator(matrix))


def test_lanczos_that_does_not_converge_says_what_to_do():
    h = np.geomspace(1e-9, 1, 1500)
    with pytest.raises(RuntimeError, match=r"did not converge in 2 restarts.*Raise max_iterations = 2"):
        Spectrum.of_operator(LinearOperator((1500, 1500), matvec=lambda x: h * x.ravel(), dtype=np.float64), max_iterations=2)
