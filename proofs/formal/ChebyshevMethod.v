(* Chebyshev's semi-iterative method: x_k = T_k(x(h)) / T_k(x(0)) x_0, at most 2 rho^k / (1 + rho^(2k)) |x_0|, attained at mu. D1, the upper side. *)
Require Import Reals Lra Recurrence Methods Iterates.
Local Open Scope R_scope.

(* omega_(k+1): omega_1 = 1/(1 - sigma^2/2), omega_(k+1) = 1/(1 - sigma^2 omega_k/4), sigma = (L - mu)/(L + mu) *)
Fixpoint omega (mu L : R) (k : nat) : R :=
  match k with
  | O => 1 / (1 - ((L - mu) / (L + mu)) ^ 2 / 2)
  | S j => 1 / (1 - ((L - mu) / (L + mu)) ^ 2 * omega mu L j / 4)
  end.

Definition chebyshev (mu L : R) : nat -> coefficients := fun k =>
  match k with
  | O => Coefficients (2 / (L + mu)) 0 0
  | S j => Coefficients (2 * omega mu L j / (L + mu)) (omega mu L j - 1) 0
  end.

Lemma T_of_roots : forall A B k, T (A + B) (A * B) k = (A ^ k + B ^ k) / 2.
Proof.
  intros A B k.
  cut (T (A + B) (A * B) k = (A ^ k + B ^ k) / 2 /\ T (A + B) (A * B) (S k) = (A ^ S k + B ^ S k) / 2); [tauto |].
  induction k as [| k [now next]].
  - split; simpl; field.
  - split; [exact next |]. rewrite T_step, next, now. simpl. field.
Qed.

Lemma T_at_the_end : forall d k, T (2 * d) (d ^ 2) k = d ^ k.
Proof. intros d k. replace (2 * d) with (d + d) by ring. replace (d ^ 2) with (d * d) by ring. rewrite T_of_roots. field. Qed.

Section method.
  Context (mu L : R).
  Hypothesis mu_positive : 0 < mu.
  Hypothesis mu_L : mu <= L.

  Let total := L + mu.
  Let gap := ((L - mu) / 2) ^ 2.
  Let d := T total gap. (* T_k at eigenvalue 0, times a power *)

  Lemma roots : total = (sqrt L + sqrt mu) ^ 2 / 2 + (sqrt L - sqrt mu) ^ 2 / 2 /\
    gap = (sqrt L + sqrt mu) ^ 2 / 2 * ((sqrt L - sqrt mu) ^ 2 / 2).
  Proof.
    assert (M : sqrt mu ^ 2 = mu) by (apply pow2_sqrt; lra). assert (LL : sqrt L ^ 2 = L) by (apply pow2_sqrt; lra).
    unfold total, gap. split; [rewrite <- M at 1; rewrite <- LL at 1; field |].
    rewrite <- M at 1. rewrite <- LL at 1. field.
  Qed.

  Lemma d_of_roots : forall k, d k = (((sqrt L + sqrt mu) ^ 2 / 2) ^ k + ((sqrt L - sqrt mu) ^ 2 / 2) ^ k) / 2.
  Proof. intro k. unfold d. rewrite (proj1 roots), (proj2 roots). apply T_of_roots. Qed.

  Lemma d_positive : forall k, 0 < d k.
  Proof.
    intro k. rewrite d_of_roots. assert (m : 0 < sqrt mu) by (apply sqrt_lt_R0; lra). pose proof (sqrt_pos L).
    assert (0 < ((sqrt L + sqrt mu) ^ 2 / 2) ^ k) by (apply pow_lt, Rdiv_lt_0_compat; [apply pow_lt |]; lra).
    assert (0 <= ((sqrt L - sqrt mu) ^ 2 / 2) ^ k).
    { apply pow_le. apply Rmult_le_pos; [apply pow2_ge_0 | lra]. }
    lra.
  Qed.

  Lemma omega_is : forall k, omega mu L k = total * d (S k) / d (S (S k)).
  Proof.
    assert (t : 0 < total) by (unfold total; lra).
    assert (sigma : ((L - mu) / (L + mu)) ^ 2 = 4 * gap / total ^ 2) by (unfold gap, total; field; lra).
    induction k as [| k IH].
    - cbn [omega]. rewrite sigma. pose proof (d_positive 2) as D. unfold d in *. cbn [T] in *.
      assert (total * (total / 2) - gap * 1 <> 0) by lra. assert (total ^ 2 - 2 * gap <> 0) by lra. field. repeat split; lra.
    - cbn [omega]. rewrite IH, sigma.
      pose proof (d_positive (S k)) as D1. pose proof (d_positive (S (S k))) as D2. pose proof (d_positive (S (S (S k)))) as D3.
      assert (E : d (S (S (S k))) = total * d (S (S k)) - gap * d (S k)) by (unfold d; apply T_step).
      rewrite E in *. field. repeat split; lra.
  Qed.

  Theorem residual_of_chebyshev : forall h x0 k, iterate (chebyshev mu L) h x0 k = T (total - 2 * h) gap k / d k * x0.
  Proof.
    intros h x0 k. assert (t : 0 < total) by (unfold total; lra).
    cut (iterate (chebyshev mu L) h x0 k = T (total - 2 * h) gap k / d k * x0 /\
         iterate (chebyshev mu L) h x0 (S k) = T (total - 2 * h) gap (S k) / d (S k) * x0); [tauto |].
    induction k as [| k [now next]].
    - split; [unfold iterate, d; simpl; field |]. rewrite iterate_first. unfold step, d, chebyshev, total in *. simpl. field. lra.
    - split; [exact next |]. rewrite iterate_next, next, now. unfold step, chebyshev. cbn [step_size momentum lookahead].
      rewrite omega_is, T_step. fold total.
      pose proof (d_positive k) as D0. pose proof (d_positive (S k)) as D1. pose proof (d_positive (S (S k))) as D2.
      assert (E : d (S (S k)) = total * d (S k) - gap * d k) by (unfold d; apply T_step).
      rewrite E in *. field. repeat split; lra.
  Qed.

  Let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu).

  Lemma bound_is : forall k, ((L - mu) / 2) ^ k / d k = 2 * rho ^ k / (1 + rho ^ (2 * k)).
  Proof.
    intro k. assert (m : 0 < sqrt mu) by (apply sqrt_lt_R0; lra). pose proof (sqrt_pos L) as l.
    assert (M : sqrt mu ^ 2 = mu) by (apply pow2_sqrt; lra). assert (LL : sqrt L ^ 2 = L) by (apply pow2_sqrt; lra).
    set (A := (sqrt L + sqrt mu) ^ 2 / 2). assert (A0 : 0 < A) by (apply Rdiv_lt_0_compat; [apply pow_lt |]; lra).
    rewrite d_of_roots. fold A.
    replace ((sqrt L - sqrt mu) ^ 2 / 2) with (rho ^ 2 * A) by (unfold rho, A; field; lra).
    replace ((L - mu) / 2) with (rho * A) by (replace (L - mu) with (sqrt L ^ 2 - sqrt mu ^ 2) by lra; unfold rho, A; field; lra).
    rewrite !Rpow_mult_distr, pow_mult, !pow_square.
    assert (Y : 0 < A ^ k) by (apply pow_lt; exact A0). pose proof (pow2_ge_0 (rho ^ k)) as X.
    assert (XY : 0 <= (rho ^ k) ^ 2 * A ^ k) by (apply Rmult_le_pos; lra).
    set (x := rho ^ k) in *. set (y := A ^ k) in *. field. repeat split; lra.
  Qed.

  Theorem D1_chebyshev : forall h x0 k, mu <= h <= L ->
    Rabs (iterate (chebyshev mu L) h x0 k) <= 2 * rho ^ k / (1 + rho ^ (2 * k)) * Rabs x0.
  Proof.
    intros h x0 k I. rewrite residual_of_chebyshev, <- bound_is. apply times_start.
    pose proof (d_positive k) as D. unfold Rdiv at 1 3. rewrite Rabs_mult, (Rabs_right (/ d k)) by (apply Rle_ge, Rlt_le, Rinv_0_lt_compat; exact D).
    apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; exact D |].
    apply T_bound; [lra |]. unfold total. apply Rabs_le. lra.
  Qed.

  Theorem D1_attained_at_mu : forall x0 k, iterate (chebyshev mu L) mu x0 k = 2 * rho ^ k / (1 + rho ^ (2 * k)) * x0.
  Proof.
    intros x0 k. rewrite residual_of_chebyshev, <- bound_is. unfold gap.
    replace (total - 2 * mu) with (2 * ((L - mu) / 2)) by (unfold total; field). rewrite T_at_the_end. reflexivity.
  Qed.
End method.
