(* Chebyshev polynomials by their recurrence, their invariant and their bounds on [-1, 1]. *)
Require Import Reals Lra Recurrence.
Local Open Scope R_scope.

(* U_before c k is U_(k-1)(c), which is 0 for k = 0. *)
Definition U_before (c : R) (k : nat) : R := W (2 * c) 1 k.
Definition U (c : R) (k : nat) : R := U_before c (S k).
Definition cheb_T (c : R) (k : nat) : R := T (2 * c) 1 k.

Theorem U_recurrence : forall c, U c 0 = 1 /\ U c 1 = 2 * c /\ forall k, U c (S (S k)) = 2 * c * U c (S k) - U c k.
Proof. intro c. unfold U, U_before. repeat split; [simpl; ring | intro k; rewrite W_step; ring]. Qed.

Theorem T_recurrence : forall c, cheb_T c 0 = 1 /\ cheb_T c 1 = c /\ forall k, cheb_T c (S (S k)) = 2 * c * cheb_T c (S k) - cheb_T c k.
Proof. intro c. unfold cheb_T. repeat split; [simpl; field | intro k; rewrite T_step; ring]. Qed.

Theorem U_invariant : forall c k, U c k ^ 2 - 2 * c * U c k * U_before c k + U_before c k ^ 2 = 1.
Proof. intros c k. unfold U, U_before. pose proof (invariant (2 * c) 1 k) as I. rewrite pow1 in I. lra. Qed.

Lemma twice_inside : forall c, -1 <= c <= 1 -> Rabs (2 * c) <= 2 * 1.
Proof. intros c I. apply Rabs_le. lra. Qed.

Theorem U_bound : forall c k, -1 <= c <= 1 -> Rabs (U c k) <= INR k + 1.
Proof.
  intros c k I. pose proof (W_bound (2 * c) 1 Rle_0_1 (twice_inside c I) k) as B.
  rewrite !pow1 in B. unfold U, U_before. lra.
Qed.

Theorem U_difference : forall c k, -1 <= c <= 1 -> (U c k - U_before c k) ^ 2 * (1 + c) <= 2.
Proof.
  intros c k I. pose proof (difference_bound (2 * c) 1 (twice_inside c I) k) as B.
  rewrite !pow1 in B. unfold U, U_before.
  replace (W (2 * c) 1 (S k) - 1 * W (2 * c) 1 k) with (W (2 * c) 1 (S k) - W (2 * c) 1 k) in B by ring. lra.
Qed.

Theorem T_bound_on_interval : forall c k, -1 <= c <= 1 -> Rabs (cheb_T c k) <= 1.
Proof.
  intros c k I. pose proof (T_bound (2 * c) 1 Rle_0_1 (twice_inside c I) k) as B.
  rewrite !pow1 in B. exact B.
Qed.

Theorem U_before_bound : forall c k, -1 <= c <= 1 -> Rabs (U_before c k) <= INR k.
Proof.
  intros c k I. pose proof (rW_bound (2 * c) 1 Rle_0_1 (twice_inside c I) k) as B. rewrite !pow1 in B. unfold U_before. lra.
Qed.

Theorem U_by_T : forall c k, U c k = cheb_T c k + c * U_before c k.
Proof. intros c k. unfold cheb_T, U, U_before. rewrite T_by_W. field. Qed.

Theorem U_sum : forall c k, -1 <= c <= 1 -> (U c k + U_before c k) ^ 2 * (1 - c) <= 2.
Proof.
  intros c k I. pose proof (U_invariant c k) as E.
  assert (D : 0 <= (U c k - U_before c k) ^ 2 * (1 + c)) by (apply Rmult_le_pos; [apply pow2_ge_0 | lra]). lra.
Qed.

Theorem U_combination : forall c w k, -1 <= c <= 1 -> Rabs (U c k - w * U_before c k) <= 1 + Rabs (c - w) * INR k.
Proof.
  intros c w k I. rewrite U_by_T. replace (cheb_T c k + c * U_before c k - w * U_before c k) with (cheb_T c k + (c - w) * U_before c k) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_mult. apply Rplus_le_compat; [apply T_bound_on_interval; exact I |].
  apply Rmult_le_compat_l; [apply Rabs_pos | apply U_before_bound; exact I].
Qed.

Lemma T_U_circle : forall c k, cheb_T c k ^ 2 + (1 - c ^ 2) * U_before c k ^ 2 = 1.
Proof. intros c k. pose proof (U_invariant c k) as E. rewrite U_by_T in E. lra. Qed.

Theorem U_amplitude : forall c w k, (U c k - w * U_before c k) ^ 2 * (1 - c ^ 2) <= 1 - c ^ 2 + (c - w) ^ 2.
Proof.
  intros c w k. pose proof (T_U_circle c k) as E. rewrite U_by_T.
  set (t := cheb_T c k) in *. set (b := U_before c k) in *.
  assert (S : 0 <= ((c - w) * t - (1 - c ^ 2) * b) ^ 2) by apply pow2_ge_0.
  replace (1 - c ^ 2 + (c - w) ^ 2) with ((1 - c ^ 2 + (c - w) ^ 2) * (t ^ 2 + (1 - c ^ 2) * b ^ 2)) by (rewrite E; ring).
  replace ((1 - c ^ 2 + (c - w) ^ 2) * (t ^ 2 + (1 - c ^ 2) * b ^ 2)) with
    ((t + c * b - w * b) ^ 2 * (1 - c ^ 2) + ((c - w) * t - (1 - c ^ 2) * b) ^ 2) by ring.
  lra.
Qed.

Theorem U_steep : forall c w k, -1 <= c <= 1 -> (1 - c ^ 2) * INR k <= Rabs (c - w) ->
  Rabs (U c k - w * U_before c k) <= 1 + Rabs (c - w) * INR k - (1 - c ^ 2) * INR k ^ 2 / 2.
Proof.
  intros c w k I D. pose proof (T_U_circle c k) as E. pose proof (U_before_bound c k I) as B. pose proof (Rabs_pos (U_before c k)) as P.
  rewrite U_by_T. replace (cheb_T c k + c * U_before c k - w * U_before c k) with (cheb_T c k + (c - w) * U_before c k) by ring.
  eapply Rle_trans; [apply Rabs_triang |]. rewrite Rabs_mult.
  rewrite <- (pow2_abs (U_before c k)) in E.
  set (a := Rabs (U_before c k)) in *. set (d := Rabs (c - w)) in *. set (n := INR k) in *. set (q := 1 - c ^ 2) in *.
  assert (Q : 0 <= q) by (unfold q; nra).
  assert (S : 0 <= q * a ^ 2) by (apply Rmult_le_pos; [exact Q | apply pow2_ge_0]).
  assert (T2 : 0 <= cheb_T c k ^ 2) by apply pow2_ge_0.
  assert (A : Rabs (cheb_T c k) <= 1 - q * a ^ 2 / 2).
  { apply Rabs_le. set (t := cheb_T c k) in *. split; nra. }
  assert (M : 0 <= (n - a) * (d - q * (n + a) / 2)).
  { apply Rmult_le_pos; [lra |]. assert (q * a <= q * n) by (apply Rmult_le_compat_l; lra). lra. }
  nra.
Qed.

Corollary U_step : forall c k, -1 <= c <= 1 -> Rabs (U c k - c * U_before c k) <= 1.
Proof. intros c k I. pose proof (U_combination c c k I) as B. replace (c - c) with 0 in B by ring. rewrite Rabs_R0 in B. lra. Qed.

(* W and T of Recurrence.v are these polynomials times powers of r. *)
Theorem scaled : forall r c k, W (2 * r * c) (r ^ 2) (S k) = r ^ k * U c k /\ T (2 * r * c) (r ^ 2) k = r ^ k * cheb_T c k.
Proof.
  intros r c k.
  cut ((W (2 * r * c) (r ^ 2) (S k) = r ^ k * U c k /\ W (2 * r * c) (r ^ 2) (S (S k)) = r ^ S k * U c (S k)) /\
       (T (2 * r * c) (r ^ 2) k = r ^ k * cheb_T c k /\ T (2 * r * c) (r ^ 2) (S k) = r ^ S k * cheb_T c (S k))); [tauto |].
  destruct (U_recurrence c) as [U0 [U1 Us]]. destruct (T_recurrence c) as [T0 [T1 Ts]].
  induction k as [| k [[Wnow Wnext] [Tnow Tnext]]].
  - rewrite U0, U1, T0, T1. repeat split; simpl; field.
  - repeat split; try assumption.
    + rewrite W_step, Wnext, Wnow, Us. simpl. ring.
    + rewrite T_step, Tnext, Tnow, Ts. simpl. ring.
Qed.
