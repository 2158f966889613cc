(* The spectral radius of a real 2 x 2 companion matrix: complex roots u + iv of z^2 - a z + b, and Jury's criterion. *)
Require Import Reals Lra Methods Iterates.
Local Open Scope R_scope.

(* u + iv is a root: real and imaginary part of z^2 - a z + b. *)
Definition root (a b u v : R) : Prop := u ^ 2 - v ^ 2 - a * u + b = 0 /\ 2 * u * v - a * v = 0.

(* All roots have modulus at most r. *)
Definition radius_at_most (a b r : R) : Prop := forall u v, root a b u v -> u ^ 2 + v ^ 2 <= r ^ 2.

Lemma complex_root : forall a b u v, root a b u v -> v <> 0 -> u ^ 2 + v ^ 2 = b /\ u = a / 2.
Proof.
  intros a b u v [re im] nonzero. assert (E : u = a / 2) by (apply (Rmult_eq_reg_r (2 * v)); lra).
  split; [| exact E]. rewrite E in *. lra.
Qed.

Theorem jury : forall a b r, 0 <= r -> (radius_at_most a b r <-> b <= r ^ 2 /\ Rabs a * r <= r ^ 2 + b /\ Rabs a <= 2 * r).
Proof.
  intros a b r P. pose proof (Rle_abs a) as plus. pose proof (Rle_abs (- a)) as minus. rewrite Rabs_Ropp in minus. split.
  - intro all. destruct (Rlt_or_le (a ^ 2) (4 * b)) as [complex | real].
    + set (v := sqrt (b - a ^ 2 / 4)). assert (V : v ^ 2 = b - a ^ 2 / 4) by (apply pow2_sqrt; lra).
      assert (R1 : (a / 2) ^ 2 + v ^ 2 <= r ^ 2).
      { apply all. split; [rewrite V | ]; field. }
      assert (A : Rabs a <= 2 * r).
      { apply Recurrence.abs_le_of_squares; [lra |]. replace ((2 * r) ^ 2) with (4 * r ^ 2) by ring. lra. }
      repeat split; [lra | | exact A].
      assert (B : 0 <= (r - Rabs a / 2) ^ 2) by apply pow2_ge_0.
      assert (C : Rabs a ^ 2 = a ^ 2) by apply pow2_abs. lra.
    + set (w := sqrt (a ^ 2 - 4 * b)). assert (Q : w ^ 2 = a ^ 2 - 4 * b) by (apply pow2_sqrt; lra).
      assert (bounded : forall u, u ^ 2 - a * u + b = 0 -> -r <= u <= r).
      { intros u E. assert (U : u ^ 2 + 0 ^ 2 <= r ^ 2) by (apply all; split; lra).
        assert (Rabs u <= r) by (apply Recurrence.abs_le_of_squares; lra). pose proof (Rle_abs u). pose proof (Rle_abs (- u)) as N.
        rewrite Rabs_Ropp in N. lra. }
      assert (B1 : - r <= (a + w) / 2 <= r) by (apply bounded; lra).
      assert (B2 : - r <= (a - w) / 2 <= r) by (apply bounded; lra).
      assert (low : 0 <= (r - (a + w) / 2) * (r - (a - w) / 2)) by (apply Rmult_le_pos; lra).
      assert (high : 0 <= (r + (a + w) / 2) * (r + (a - w) / 2)) by (apply Rmult_le_pos; lra).
      assert (first : 0 <= (r - (a + w) / 2) * (r + (a - w) / 2)) by (apply Rmult_le_pos; lra).
      assert (second : 0 <= (r + (a + w) / 2) * (r - (a - w) / 2)) by (apply Rmult_le_pos; lra).
      unfold Rabs. destruct (Rcase_abs a); repeat split; lra.
  - intros [det [sides trace]] u v R1. destruct (Req_dec v 0) as [zero | nonzero].
    + destruct R1 as [re _]. rewrite zero in *.
      assert (up : u <= r).
      { apply Rnot_lt_le. intro G. assert (0 < (u - r) * (u + r - a)) by (apply Rmult_lt_0_compat; lra).
        assert (a * r <= Rabs a * r) by (apply Rmult_le_compat_r; lra). lra. }
      assert (down : - r <= u).
      { apply Rnot_lt_le. intro G. assert (0 < (- r - u) * (r + a - u)) by (apply Rmult_lt_0_compat; lra).
        assert (- a * r <= Rabs a * r) by (apply Rmult_le_compat_r; lra). lra. }
      replace (u ^ 2 + 0 ^ 2) with (Rabs u ^ 2) by (rewrite pow2_abs; ring). apply pow_incr.
      split; [apply Rabs_pos | apply Rabs_le; lra].
    + destruct (complex_root a b u v R1 nonzero) as [E _]. lra.
Qed.

(* Complex or double roots: all have the same modulus. *)
Theorem one_modulus : forall a r u v, Rabs a <= 2 * r -> root a (r ^ 2) u v -> u ^ 2 + v ^ 2 = r ^ 2.
Proof.
  intros a r u v I R1. destruct (Req_dec v 0) as [zero | nonzero].
  - destruct R1 as [re _]. rewrite zero in *. pose proof (Rle_abs a) as plus. pose proof (Rle_abs (- a)) as minus. rewrite Rabs_Ropp in minus.
    assert (A : 0 <= (2 * r - a) * (2 * r + a)) by (apply Rmult_le_pos; lra).
    assert (B : (2 * u - a) ^ 2 <= 0) by lra. pose proof (pow2_ge_0 (2 * u - a)).
    assert (C : 2 * u - a = 0) by (apply Rsqr_0_uniq; unfold Rsqr; lra). replace a with (2 * u) in * by lra. lra.
  - exact (proj1 (complex_root a (r ^ 2) u v R1 nonzero)).
Qed.

(* C2 and C3 as rates: every root of the characteristic polynomial has this modulus. *)
Theorem C2_spectral_radius : forall eta mu L h u v, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 ->
  let r := 1 - sqrt (eta * mu) in root (1 + r ^ 2 - eta * h) (r ^ 2) u v -> u ^ 2 + v ^ 2 = r ^ 2.
Proof.
  intros eta mu L h u v P I E S r. apply one_modulus. exact (proj2 (proj2 (proj2 (below_polyak_step eta mu L h P I E S)))).
Qed.

Theorem C3_spectral_radius : forall mu L h u v, 0 < mu -> mu <= h <= L ->
  let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
  root (1 + rho ^ 2 - 4 / (sqrt L + sqrt mu) ^ 2 * h) (rho ^ 2) u v -> u ^ 2 + v ^ 2 = rho ^ 2.
Proof. intros mu L h u v P I rho. apply one_modulus. exact (proj2 (polyak_inside mu L h P I)). Qed.
