(* r^k (1 + k (1 - r)) increases with r on [0, 1]; Bernoulli; exponentials. *)
Require Import Reals Lra.
Local Open Scope R_scope.

Lemma pow_le_one : forall r k, 0 <= r <= 1 -> r ^ k <= 1.
Proof. intros r k I. rewrite <- (pow1 k). apply pow_incr. exact I. Qed.

Lemma pow_gap : forall x y k, 0 <= x <= y -> y <= 1 -> INR k * x ^ k * (y - x) <= y ^ k - x ^ k.
Proof.
  intros x y k [P Q] R1. induction k as [| k IH]; [simpl; lra |].
  rewrite S_INR. simpl pow.
  assert (X : 0 <= x ^ k) by (apply pow_le; exact P).
  assert (A : 0 <= INR k * x ^ k * (y - x)) by (repeat apply Rmult_le_pos; [apply pos_INR | exact X | lra]).
  assert (B : y * (INR k * x ^ k * (y - x)) <= y * (y ^ k - x ^ k)) by (apply Rmult_le_compat_l; lra).
  assert (C : 0 <= (y - x) * (INR k * x ^ k * (y - x))) by (apply Rmult_le_pos; lra).
  assert (D : 0 <= (1 - x) * (x ^ k * (y - x))) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]).
  lra.
Qed.

Definition with_double_root (r : R) (k : nat) : R := r ^ k * (1 + INR k * (1 - r)).

Theorem with_double_root_increasing : forall x y k, 0 <= x <= y -> y <= 1 -> with_double_root x k <= with_double_root y k.
Proof.
  intros x y k [P Q] R1. unfold with_double_root.
  pose proof (pow_gap x y k (conj P Q) R1) as G.
  assert (N : 0 <= INR k) by apply pos_INR.
  assert (X : 0 <= x ^ k) by (apply pow_le; exact P).
  assert (A : 0 <= INR k * x ^ k * (y - x)) by (repeat apply Rmult_le_pos; lra).
  assert (B : 0 <= (y ^ k - x ^ k - INR k * x ^ k * (y - x)) * (1 + INR k * (1 - y))).
  { apply Rmult_le_pos; [lra |]. assert (0 <= INR k * (1 - y)) by (apply Rmult_le_pos; lra). lra. }
  assert (C : 0 <= INR k * x ^ k * (y - x) * (INR k * (1 - y))) by (apply Rmult_le_pos; [exact A | apply Rmult_le_pos; lra]).
  lra.
Qed.

Theorem with_double_root_decreasing_in_k : forall r k, 0 <= r <= 1 -> with_double_root r (S k) <= with_double_root r k.
Proof.
  intros r k [P Q]. unfold with_double_root. rewrite S_INR. simpl pow.
  assert (A : 0 <= r ^ k * ((1 - r) ^ 2 * (INR k + 1))).
  { apply Rmult_le_pos; [apply pow_le; exact P |]. apply Rmult_le_pos; [apply pow2_ge_0 | pose proof (pos_INR k); lra]. }
  lra.
Qed.

Theorem bernoulli : forall r k, 0 <= r -> 1 - INR k * (1 - r) <= r ^ k.
Proof.
  intros r k P. induction k as [| k IH]; [simpl; lra |]. rewrite S_INR. simpl pow.
  pose proof (pos_INR k) as N.
  assert (B : r * (1 - INR k * (1 - r)) <= r * r ^ k) by (apply Rmult_le_compat_l; lra).
  assert (C : 0 <= INR k * (1 - r) ^ 2) by (apply Rmult_le_pos; [exact N | apply pow2_ge_0]).
  lra.
Qed.

Theorem power_decreasing : forall r k, 0 <= r <= 1 -> r ^ S k <= r ^ k /\ r ^ S k <= r.
Proof.
  intros r k I. assert (A : r ^ k <= 1) by (apply pow_le_one; exact I). assert (B : 0 <= r ^ k) by (apply pow_le; lra).
  assert (C : 0 <= r * (1 - r ^ k)) by (apply Rmult_le_pos; lra). assert (D : 0 <= (1 - r) * r ^ k) by (apply Rmult_le_pos; lra).
  simpl. lra.
Qed.

Theorem power_with_factor_at_most_one : forall r k, 0 <= r <= 1 -> r ^ k * (1 + INR k * (1 - r)) <= 1.
Proof.
  intros r k I. induction k as [| k IH]; [simpl; lra |].
  eapply Rle_trans; [apply (with_double_root_decreasing_in_k r k I) | exact IH].
Qed.

Theorem powers_compare : forall a b k, 0 <= a <= b -> a ^ k <= b ^ k.
Proof. intros a b k I. apply pow_incr. exact I. Qed.

Theorem decreasing_in_k : forall r k, 0 <= r <= 1 ->
  r ^ S k * (r + INR (S k) * (1 - r)) <= r ^ k * (r + INR k * (1 - r)).
Proof.
  intros r k [P Q]. rewrite S_INR. simpl pow.
  assert (A : 0 <= r ^ k * ((1 - r) ^ 2 * INR k)).
  { apply Rmult_le_pos; [apply pow_le; exact P |]. apply Rmult_le_pos; [apply pow2_ge_0 | apply pos_INR]. }
  lra.
Qed.

Theorem at_most_r : forall r k, 0 <= r <= 1 -> r ^ k * (r + INR k * (1 - r)) <= r.
Proof.
  intros r k I. induction k as [| k IH]; [simpl; lra |].
  eapply Rle_trans; [apply decreasing_in_k; exact I | exact IH].
Qed.

(* To the second and the third order, and strictly. *)
Lemma times_one_less : forall k, 0 <= INR k * (INR k - 1).
Proof.
  intros [| k]; [simpl; lra |]. rewrite S_INR. pose proof (pos_INR k). apply Rmult_le_pos; lra.
Qed.

Theorem second_order_at_most_one : forall r k, 0 <= r <= 1 ->
  r ^ k * (1 + INR k * (1 - r) + INR k * (INR k + 1) * (1 - r) ^ 2 / 2) <= 1.
Proof.
  intros r k [P Q]. induction k as [| k IH]; [simpl; lra |]. rewrite S_INR. simpl (r ^ S k). pose proof (pos_INR k) as N.
  assert (A : 0 <= r ^ k * ((INR k + 1) * (INR k + 2) * ((1 - r) * (1 - r) ^ 2) / 2)); [| lra].
  apply Rmult_le_pos; [apply pow_le; exact P |]. apply Rmult_le_pos; [| lra].
  apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply Rmult_le_pos; [lra | apply pow2_ge_0]].
Qed.

Theorem third_order_at_most_one : forall r k, 0 <= r <= 1 ->
  r ^ k * (1 + INR k * (1 - r) + INR k * (INR k + 1) * (1 - r) ^ 2 / 2 + INR k * (INR k + 1) * (INR k + 2) * (1 - r) ^ 3 / 6) <= 1.
Proof.
  intros r k [P Q]. induction k as [| k IH]; [simpl; lra |]. rewrite S_INR. simpl (r ^ S k). pose proof (pos_INR k) as N.
  assert (A : 0 <= r ^ k * ((INR k + 1) * (INR k + 2) * (INR k + 3) * ((1 - r) ^ 2 * (1 - r) ^ 2) / 6)); [| lra].
  apply Rmult_le_pos; [apply pow_le; exact P |]. apply Rmult_le_pos; [| lra].
  apply Rmult_le_pos; [repeat apply Rmult_le_pos; lra | apply Rmult_le_pos; apply pow2_ge_0].
Qed.

Theorem second_order_above : forall r k, 0 <= r <= 1 -> r ^ k <= 1 - INR k * (1 - r) + INR k * (INR k - 1) * (1 - r) ^ 2 / 2.
Proof.
  intros r k [P Q]. induction k as [| k IH]; [simpl; lra |]. rewrite S_INR. simpl (r ^ S k). pose proof (times_one_less k) as N.
  assert (A : r * r ^ k <= r * (1 - INR k * (1 - r) + INR k * (INR k - 1) * (1 - r) ^ 2 / 2)) by (apply Rmult_le_compat_l; assumption).
  assert (B : 0 <= INR k * (INR k - 1) * ((1 - r) * (1 - r) ^ 2)).
  { apply Rmult_le_pos; [exact N | apply Rmult_le_pos; [lra | apply pow2_ge_0]]. }
  lra.
Qed.

Lemma times_one_two_less : forall k, 0 <= INR k * (INR k - 1) * (INR k - 2).
Proof.
  intros [| [| k]]; [simpl; lra | simpl; lra |]. rewrite !S_INR. pose proof (pos_INR k). repeat apply Rmult_le_pos; lra.
Qed.

Theorem third_order_below : forall r k, 0 <= r <= 1 ->
  1 - INR k * (1 - r) + INR k * (INR k - 1) * (1 - r) ^ 2 / 2 - INR k * (INR k - 1) * (INR k - 2) * (1 - r) ^ 3 / 6 <= r ^ k.
Proof.
  intros r k [P Q]. induction k as [| k IH]; [simpl; lra |]. pose proof (times_one_two_less k) as N. rewrite S_INR. simpl (r ^ S k).
  assert (A : r * (1 - INR k * (1 - r) + INR k * (INR k - 1) * (1 - r) ^ 2 / 2 - INR k * (INR k - 1) * (INR k - 2) * (1 - r) ^ 3 / 6) <= r * r ^ k)
    by (apply Rmult_le_compat_l; assumption).
  assert (B : 0 <= INR k * (INR k - 1) * (INR k - 2) * ((1 - r) ^ 2 * (1 - r) ^ 2)).
  { apply Rmult_le_pos; [exact N | apply Rmult_le_pos; apply pow2_ge_0]. }
  lra.
Qed.

Theorem second_order_below : forall r k, 1 <= r -> 1 - INR k * (1 - r) + INR k * (INR k - 1) * (1 - r) ^ 2 / 2 <= r ^ k.
Proof.
  intros r k P. induction k as [| k IH]; [simpl; lra |]. rewrite S_INR. simpl (r ^ S k). pose proof (times_one_less k) as N.
  assert (A : r * (1 - INR k * (1 - r) + INR k * (INR k - 1) * (1 - r) ^ 2 / 2) <= r * r ^ k) by (apply Rmult_le_compat_l; lra).
  assert (B : 0 <= INR k * (INR k - 1) * ((r - 1) * (1 - r) ^ 2)).
  { apply Rmult_le_pos; [exact N | apply Rmult_le_pos; [lra | apply pow2_ge_0]]. }
  lra.
Qed.

Theorem bernoulli_strict : forall r k, 0 <= r -> r <> 1 -> 1 - INR (S (S k)) * (1 - r) < r ^ S (S k).
Proof.
  intros r k P D. pose proof (bernoulli r (S k) P) as B. rewrite !S_INR in *. simpl (r ^ S (S k)) in *. pose proof (pos_INR k) as N.
  assert (A : r * (1 - (INR k + 1) * (1 - r)) <= r * r ^ S k) by (apply Rmult_le_compat_l; assumption).
  assert (C : 0 < (INR k + 1) * (1 - r)²) by (apply Rmult_lt_0_compat; [lra | apply Rlt_0_sqr; lra]).
  unfold Rsqr in C. simpl (r ^ S k) in A. lra.
Qed.

Theorem power_below_its_base : forall r k, 0 <= r < 1 -> r ^ S (S k) = 0 \/ r ^ S (S k) < r.
Proof.
  intros r k [P Q]. destruct (Rle_lt_or_eq_dec 0 r P) as [positive | zero]; [right | left; rewrite <- zero; simpl; ring].
  destruct (power_decreasing r k (conj P (Rlt_le _ _ Q))) as [_ A].
  assert (B : r * r ^ S k <= r * r) by (apply Rmult_le_compat_l; lra). assert (C : 0 < r * (1 - r)) by (apply Rmult_lt_0_compat; lra).
  change (r ^ S (S k)) with (r * r ^ S k). lra.
Qed.

Theorem power_with_factor_below_one : forall r k, 0 <= r < 1 -> r ^ S k * (1 + INR (S k) * (1 - r)) < 1.
Proof.
  intros r k [P Q]. induction k as [| k IH].
  - assert (0 < (1 - r) * (1 - r)) by (apply Rmult_lt_0_compat; lra). simpl. lra.
  - eapply Rle_lt_trans; [apply (with_double_root_decreasing_in_k r (S k) (conj P (Rlt_le _ _ Q))) | exact IH].
Qed.

Theorem power_of_product : forall a b k, (a * b) ^ k = a ^ k * b ^ k.
Proof. intros a b k. apply Rpow_mult_distr. Qed.

(* What complexity claims need. *)
Theorem below_exponential : forall x : R, x <= exp (x - 1).
Proof. intro x. pose proof (exp_ineq1_le (x - 1)). lra. Qed.

Theorem decay_decreasing : forall a t u : R, 1 <= a -> 0 <= t <= u -> (a + u) * exp (- u) <= (a + t) * exp (- t).
Proof.
  intros a t u A [P Q]. replace (- t) with ((u - t) + - u) by ring. rewrite exp_plus, <- Rmult_assoc.
  apply Rmult_le_compat_r; [apply Rlt_le, exp_pos |].
  pose proof (exp_ineq1_le (u - t)) as E.
  assert (B : (a + t) * (1 + (u - t)) <= (a + t) * exp (u - t)) by (apply Rmult_le_compat_l; lra).
  assert (C : 0 <= (a + t - 1) * (u - t)) by (apply Rmult_le_pos; lra).
  lra.
Qed.

Theorem power_below_exponential : forall r k, 0 <= r -> r ^ k <= exp (- (INR k * (1 - r))).
Proof.
  intros r k P. induction k as [| k IH].
  - simpl. rewrite Rmult_0_l, Ropp_0, exp_0. lra.
  - rewrite S_INR. replace (- ((INR k + 1) * (1 - r))) with ((r - 1) + - (INR k * (1 - r))) by ring.
    rewrite exp_plus. simpl pow. apply Rmult_le_compat; [exact P | apply pow_le; exact P | apply below_exponential | exact IH].
Qed.
