(* Claims whose certificate has nothing left to prove, because the reduction to polynomials settled them; here they are theorems of their own. *)
Require Import Reals Lra Recurrence Methods Iterates Radius.
Local Open Scope R_scope.

(* A3: what interpolation costs, per eigenvalue *)
Theorem A3_loss_at_minimiser : forall h lambda c, 0 < h -> 0 < lambda ->
  c ^ 2 * h * lambda ^ 2 / (2 * (h + lambda) ^ 2) <= c ^ 2 * lambda / 8.
Proof.
  intros h lambda c H P. assert (D : 0 < (h + lambda) ^ 2) by (apply pow_lt; lra).
  apply (Rmult_le_reg_r (8 * (h + lambda) ^ 2)); [lra |].
  replace (c ^ 2 * h * lambda ^ 2 / (2 * (h + lambda) ^ 2) * (8 * (h + lambda) ^ 2)) with (c ^ 2 * lambda * (4 * h * lambda)) by (field; lra).
  replace (c ^ 2 * lambda / 8 * (8 * (h + lambda) ^ 2)) with (c ^ 2 * lambda * (h + lambda) ^ 2) by field.
  apply Rmult_le_compat_l; [apply Rmult_le_pos; [apply pow2_ge_0 | lra] | pose proof (pow2_ge_0 (h - lambda)); lra].
Qed.

(* B4: no momentum does better at one eigenvalue than critical damping, which attains |1 - sqrt (eta h)| *)
Theorem B4_no_momentum_is_better : forall eta h beta r, 0 < eta * h -> 0 <= r ->
  radius_at_most (1 + beta - eta * h) beta r -> Rabs (1 - sqrt (eta * h)) <= r.
Proof.
  intros eta h beta r E P inside. apply jury in inside; [| exact P]. destruct inside as [det [sides tr]].
  set (s := sqrt (eta * h)). assert (s0 : 0 < s) by (apply sqrt_lt_R0; exact E).
  assert (S : eta * h = s ^ 2) by (symmetry; apply pow2_sqrt; lra). rewrite S in *. clearbody s.
  set (a := 1 + beta - s ^ 2) in *.
  pose proof (Rle_abs a) as plus. pose proof (Rle_abs (- a)) as minus. rewrite Rabs_Ropp in minus.
  assert (A : a * r <= r ^ 2 + beta) by (eapply Rle_trans; [apply Rmult_le_compat_r; [exact P | exact plus] | exact sides]).
  assert (B : - a * r <= r ^ 2 + beta) by (eapply Rle_trans; [apply Rmult_le_compat_r; [exact P | exact minus] | exact sides]).
  apply Rabs_le. destruct (Rle_lt_or_eq_dec 0 r P) as [positive | zero].
  - split.
    + apply Rnot_lt_le. intro G. assert (C : 0 < r * ((s - 1 - r) * (s + 1 + r))) by (repeat apply Rmult_lt_0_compat; lra).
      assert (D : (1 + r) * beta <= (1 + r) * r ^ 2) by (apply Rmult_le_compat_l; lra). unfold a in B. lra.
    + apply Rnot_lt_le. intro G. assert (C : 0 < r * ((1 - r - s) * (1 - r + s))) by (repeat apply Rmult_lt_0_compat; lra).
      assert (D : (1 - r) * beta <= (1 - r) * r ^ 2) by (apply Rmult_le_compat_l; lra). unfold a in A. lra.
  - subst r. assert (a0 : a = 0) by lra. assert (b0 : beta = 0) by lra. unfold a in a0. rewrite b0 in a0.
    assert (one : s = 1) by (assert (Z : (s - 1) * (s + 1) = 0) by lra; apply Rmult_integral in Z; lra). lra.
Qed.

Theorem B4_attained : forall eta h u v, 0 <= eta * h -> let s := sqrt (eta * h) in
  root (1 + (1 - s) ^ 2 - eta * h) ((1 - s) ^ 2) u v -> u ^ 2 + v ^ 2 = Rabs (1 - s) ^ 2.
Proof.
  intros eta h u v E s R1. assert (S : eta * h = s ^ 2) by (symmetry; apply pow2_sqrt; exact E). rewrite S in R1.
  replace ((1 - s) ^ 2) with (Rabs (1 - s) ^ 2) in R1 by apply pow2_abs.
  apply (one_modulus (1 + Rabs (1 - s) ^ 2 - s ^ 2)); [| exact R1].
  rewrite pow2_abs. replace (1 + (1 - s) ^ 2 - s ^ 2) with (2 * (1 - s)) by ring. rewrite Rabs_mult, (Rabs_right 2) by lra. lra.
Qed.

(* C1: no fixed step of gradient descent does better than (kappa - 1)/(kappa + 1) *)
Theorem C1_no_step_is_better : forall eta mu L, 0 < mu -> mu <= L ->
  (L / mu - 1) / (L / mu + 1) <= Rmax (Rabs (1 - eta * mu)) (Rabs (1 - eta * L)).
Proof.
  intros eta mu L P I.
  pose proof (Rmax_l (Rabs (1 - eta * mu)) (Rabs (1 - eta * L))) as A. pose proof (Rmax_r (Rabs (1 - eta * mu)) (Rabs (1 - eta * L))) as B.
  pose proof (Rle_abs (1 - eta * mu)) as C. pose proof (Rle_abs (- (1 - eta * L))) as D. rewrite Rabs_Ropp in D.
  set (M := Rmax (Rabs (1 - eta * mu)) (Rabs (1 - eta * L))) in *.
  replace ((L / mu - 1) / (L / mu + 1)) with ((L - mu) / (mu + L)) by (field; lra).
  apply (Rmult_le_reg_r (mu + L)); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  assert (L * (1 - eta * mu) <= L * M) by (apply Rmult_le_compat_l; lra).
  assert (mu * - (1 - eta * L) <= mu * M) by (apply Rmult_le_compat_l; lra). lra.
Qed.

(* C3: double roots at both ends *)
Theorem C3_critically_damped_at_both_ends : forall mu L, 0 < mu -> mu <= L ->
  let eta := 4 / (sqrt L + sqrt mu) ^ 2 in let beta := ((sqrt L - sqrt mu) / (sqrt L + sqrt mu)) ^ 2 in
  (1 + beta - eta * mu) ^ 2 - 4 * beta = 0 /\ (1 + beta - eta * L) ^ 2 - 4 * beta = 0.
Proof.
  intros mu L P I eta beta. assert (m : 0 < sqrt mu) by (apply sqrt_lt_R0; exact P). pose proof (sqrt_pos L).
  assert (M : sqrt mu ^ 2 = mu) by (apply pow2_sqrt; lra). assert (LL : sqrt L ^ 2 = L) by (apply pow2_sqrt; lra).
  replace (eta * mu) with (eta * sqrt mu ^ 2) by (rewrite M; reflexivity).
  replace (eta * L) with (eta * sqrt L ^ 2) by (rewrite LL; reflexivity).
  unfold eta, beta. split; field; lra.
Qed.
