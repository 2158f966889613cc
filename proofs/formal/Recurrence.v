(* Sequences with x_(k+2) = a x_(k+1) - b x_k: the one that starts 0, 1; its invariant; its bounds where the roots are complex or double.

   W a b (k+1) is r^k U_k(c) for a = 2 r c and b = r^2, U_k the Chebyshev polynomials of the second kind, without a division by r. *)
Require Import Reals Lra.
Local Open Scope R_scope.

Fixpoint W (a b : R) (k : nat) : R :=
  match k with
  | O => 0
  | S j => match j with O => 1 | S i => a * W a b j - b * W a b i end
  end.

Lemma W_step : forall a b k, W a b (S (S k)) = a * W a b (S k) - b * W a b k.
Proof. reflexivity. Qed.

(* Every sequence with this recurrence is made of it. *)
Theorem solution : forall (a b : R) (x : nat -> R),
  (forall k, x (S (S k)) = a * x (S k) - b * x k) ->
  forall k, x (S k) = x 1%nat * W a b (S k) - b * x O * W a b k.
Proof.
  intros a b x step k.
  cut (x (S k) = x 1%nat * W a b (S k) - b * x O * W a b k /\
       x (S (S k)) = x 1%nat * W a b (S (S k)) - b * x O * W a b (S k)); [tauto |].
  induction k as [| k [now next]].
  - split; [simpl; ring | rewrite step; simpl; ring].
  - split; [exact next |]. rewrite step, next, now, (W_step a b (S k)), (W_step a b k). ring.
Qed.

Theorem invariant : forall a b k, W a b (S k) ^ 2 - a * W a b (S k) * W a b k + b * W a b k ^ 2 = b ^ k.
Proof.
  intros a b k. induction k as [| k IH]; [simpl; ring |].
  rewrite W_step. replace (b ^ S k) with (b * b ^ k) by reflexivity. rewrite <- IH. ring.
Qed.

(* T a b k is r^k T_k(c), T_k the Chebyshev polynomials of the first kind. *)
Fixpoint T (a b : R) (k : nat) : R :=
  match k with
  | O => 1
  | S j => match j with O => a / 2 | S i => a * T a b j - b * T a b i end
  end.

Lemma T_step : forall a b k, T a b (S (S k)) = a * T a b (S k) - b * T a b k.
Proof. reflexivity. Qed.

Lemma T_by_W : forall a b k, T a b k = W a b (S k) - a / 2 * W a b k.
Proof.
  intros a b k.
  cut (T a b k = W a b (S k) - a / 2 * W a b k /\ T a b (S k) = W a b (S (S k)) - a / 2 * W a b (S k)); [tauto |].
  induction k as [| k [now next]].
  - split; simpl; field.
  - split; [exact next |]. rewrite T_step, now, next, !W_step. ring.
Qed.

Lemma abs_le_of_squares : forall x y : R, 0 <= y -> x ^ 2 <= y ^ 2 -> Rabs x <= y.
Proof.
  intros x y P E. rewrite <- (Rabs_right y) by lra. apply Rsqr_le_abs_0. unfold Rsqr. simpl in E. lra.
Qed.

Lemma pow_square : forall r k, (r ^ 2) ^ k = (r ^ k) ^ 2.
Proof. intros r k. rewrite <- !pow_mult, Nat.mul_comm. reflexivity. Qed.

(* The roots of z^2 - a z + r^2 are complex or double where |a| <= 2 r. *)
Section bounds.
  Context (a r : R).
  Hypothesis r_weak : 0 <= r.
  Hypothesis inside : Rabs a <= 2 * r.

  Lemma inside_square : a ^ 2 <= 4 * r ^ 2.
  Proof.
    replace (4 * r ^ 2) with ((2 * r) ^ 2) by ring. rewrite <- (pow2_abs a). apply pow_incr. split; [apply Rabs_pos | exact inside].
  Qed.

  Theorem T_bound : forall k, Rabs (T a (r ^ 2) k) <= r ^ k.
  Proof.
    intro k. apply abs_le_of_squares; [apply pow_le; exact r_weak |].
    rewrite T_by_W, <- (pow_square r k), <- (invariant a (r ^ 2) k).
    assert (D : 0 <= (4 * r ^ 2 - a ^ 2) * W a (r ^ 2) k ^ 2).
    { apply Rmult_le_pos; [pose proof inside_square; lra | apply pow2_ge_0]. }
    lra.
  Qed.

  Theorem W_bound : forall k, Rabs (W a (r ^ 2) (S k)) <= (INR k + 1) * r ^ k.
  Proof.
    induction k as [| k IH].
    - simpl. rewrite Rabs_R1. lra.
    - replace (W a (r ^ 2) (S (S k))) with (a / 2 * W a (r ^ 2) (S k) + T a (r ^ 2) (S k)) by (rewrite T_by_W; ring).
      eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_mult, S_INR.
      assert (A : Rabs (a / 2) <= r) by (unfold Rdiv; rewrite Rabs_mult, (Rabs_right (/ 2)); lra).
      assert (B : Rabs (a / 2) * Rabs (W a (r ^ 2) (S k)) <= r * ((INR k + 1) * r ^ k)).
      { apply Rmult_le_compat; [apply Rabs_pos | apply Rabs_pos | exact A | exact IH]. }
      pose proof (T_bound (S k)) as C. change (r ^ S (S k)) with (r * r ^ S k). change (r ^ S k) with (r * r ^ k) in *. lra.
  Qed.

  Theorem rW_bound : forall k, r * Rabs (W a (r ^ 2) k) <= INR k * r ^ k.
  Proof.
    intros [| k].
    - simpl. rewrite Rabs_R0. lra.
    - rewrite S_INR. replace ((INR k + 1) * r ^ S k) with (r * ((INR k + 1) * r ^ k)) by (simpl; ring).
      apply Rmult_le_compat_l; [exact r_weak | apply W_bound].
  Qed.

  (* (U_k - U_(k-1))^2 (1 + c) + (U_k + U_(k-1))^2 (1 - c) = 2, times powers of r. *)
  Theorem difference_bound : forall k, (W a (r ^ 2) (S k) - r * W a (r ^ 2) k) ^ 2 * (2 * r + a) <= 4 * r * (r ^ k) ^ 2.
  Proof.
    intro k. rewrite <- (pow_square r k), <- (invariant a (r ^ 2) k).
    assert (D : 0 <= (W a (r ^ 2) (S k) + r * W a (r ^ 2) k) ^ 2 * (2 * r - a)).
    { apply Rmult_le_pos; [apply pow2_ge_0 | pose proof (Rle_abs a); lra]. }
    lra.
  Qed.
End bounds.

(* At a double root r the sequence is k r^(k-1). *)
Theorem W_double : forall r k, W (2 * r) (r ^ 2) (S k) = (INR k + 1) * r ^ k.
Proof.
  intros r k.
  cut (W (2 * r) (r ^ 2) (S k) = (INR k + 1) * r ^ k /\ W (2 * r) (r ^ 2) (S (S k)) = (INR (S k) + 1) * r ^ S k); [tauto |].
  induction k as [| k [now next]].
  - split; simpl; ring.
  - split; [exact next |]. rewrite W_step, next, now, !S_INR. simpl. ring.
Qed.

Lemma rW_double : forall r k, r * W (2 * r) (r ^ 2) k = INR k * r ^ k.
Proof.
  intros r [| k]; [simpl; ring |]. rewrite W_double, S_INR. simpl. ring.
Qed.
