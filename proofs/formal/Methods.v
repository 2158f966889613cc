(* First-order methods with momentum on one eigenvalue h, from rest: x is the distance to the minimiser, h x the gradient. *)
Require Import Reals Lra Recurrence Chebyshev.
Local Open Scope R_scope.

Record coefficients := Coefficients { step_size : R; momentum : R; lookahead : R }.

(* x + momentum d - step_size gradient(x + lookahead d), d = x - before *)
Definition step (c : coefficients) (h x before : R) : R :=
  x + momentum c * (x - before) - step_size c * (h * (x + lookahead c * (x - before))).

(* x_k and x_(k-1); x_(-1) = x_0 *)
Fixpoint motion (method : nat -> coefficients) (h x0 : R) (k : nat) : R * R :=
  match k with
  | O => (x0, x0)
  | S j => let (x, before) := motion method h x0 j in (step (method j) h x before, x)
  end.

Definition iterate (method : nat -> coefficients) (h x0 : R) (k : nat) : R := fst (motion method h x0 k).

Definition always (c : coefficients) : nat -> coefficients := fun _ => c.
Definition gradient_descent (eta : R) := always (Coefficients eta 0 0).
Definition heavy_ball (eta beta : R) := always (Coefficients eta beta 0).
Definition heavy_ball_with_first_step (eta beta first : R) : nat -> coefficients :=
  fun k => Coefficients (match k with O => first | S _ => eta end) beta 0.
Definition critically_damped (eta c : R) := heavy_ball eta ((1 - sqrt (eta * c)) ^ 2).
Definition polyak (mu L : R) := heavy_ball (4 / (sqrt L + sqrt mu) ^ 2) (((sqrt L - sqrt mu) / (sqrt L + sqrt mu)) ^ 2).
Definition nesterov (eta beta : R) := always (Coefficients eta beta beta).

Lemma iterate_first : forall m h x0, iterate m h x0 1 = step (m O) h x0 x0.
Proof. reflexivity. Qed.

Lemma motion_is_two_iterates : forall m h x0 k, motion m h x0 (S k) = (iterate m h x0 (S k), iterate m h x0 k).
Proof.
  intros m h x0 k. unfold iterate at 1. simpl. unfold iterate. destruct (motion m h x0 k) as [x before]. reflexivity.
Qed.

Lemma iterate_next : forall m h x0 k, iterate m h x0 (S (S k)) = step (m (S k)) h (iterate m h x0 (S k)) (iterate m h x0 k).
Proof.
  intros m h x0 k. unfold iterate at 1. change (motion m h x0 (S (S k))) with
    (let (x, before) := motion m h x0 (S k) in (step (m (S k)) h x before, x)).
  rewrite motion_is_two_iterates. reflexivity.
Qed.

Definition trace (c : coefficients) (h : R) : R := 1 + momentum c - step_size c * h * (1 + lookahead c).
Definition determinant (c : coefficients) (h : R) : R := momentum c - step_size c * h * lookahead c.

Lemma step_is_linear : forall c h x before, step c h x before = trace c h * x - determinant c h * before.
Proof. intros c h x before. unfold step, trace, determinant. ring. Qed.

(* The residual p_k, x_k = p_k x_0, of a method that never changes. *)
Theorem from_rest : forall c h x0 k,
  iterate (always c) h x0 k =
    (W (trace c h) (determinant c h) (S k) - determinant c h * W (trace c h) (determinant c h) k) * x0.
Proof.
  intros c h x0 [| k]; [unfold iterate; simpl; ring |].
  rewrite (solution (trace c h) (determinant c h) (iterate (always c) h x0)).
  - rewrite iterate_first, step_is_linear. unfold iterate, always. rewrite W_step. simpl. ring.
  - intro j. rewrite iterate_next, step_is_linear. reflexivity.
Qed.

(* The same of heavy ball whose first step is another. *)
Theorem with_first_step : forall eta beta first h x0 k,
  let a := 1 + beta - eta * h in
  iterate (heavy_ball_with_first_step eta beta first) h x0 (S k) = ((1 - first * h) * W a beta (S k) - beta * W a beta k) * x0.
Proof.
  intros eta beta first h x0 k a. rewrite (solution a beta).
  - rewrite iterate_first. unfold iterate, step. simpl. ring.
  - intro j. rewrite iterate_next, step_is_linear. unfold trace, determinant, a. simpl. ring.
Qed.

(* In Chebyshev polynomials: p_k is r^k (U_k(c) - w U_(k-1)(c)) with r w = trace - p_1, for every first step; w = r from rest if r <> 0. *)
Theorem residual_in_chebyshev_polynomials : forall (p : nat -> R) (r c w : R),
  p O = 1 -> (forall k, p (S (S k)) = 2 * r * c * p (S k) - r ^ 2 * p k) -> p 1%nat = 2 * r * c - r * w ->
  forall k, p k = r ^ k * (U c k - w * U_before c k).
Proof.
  intros p r c w start recurrence first k.
  cut (p k = r ^ k * (U c k - w * U_before c k) /\ p (S k) = r ^ S k * (U c (S k) - w * U_before c (S k))); [tauto |].
  change (U_before c (S k)) with (U c k).
  destruct (U_recurrence c) as [U0 [U1 Us]].
  induction k as [| k [now next]].
  - rewrite start, first, U0, U1. unfold U_before. simpl. split; ring.
  - split; [exact next |]. rewrite recurrence, next, now, Us. change (U_before c (S k)) with (U c k).
    assert (B : U_before c k = 2 * c * U c k - U c (S k)) by (unfold U, U_before; rewrite (W_step _ _ k); ring).
    rewrite B. simpl. ring.
Qed.

Corollary from_rest_in_chebyshev_polynomials : forall eta beta h r c x0 k,
  beta = r ^ 2 -> 1 + beta - eta * h = 2 * r * c ->
  iterate (heavy_ball eta beta) h x0 k = r ^ k * (U c k - r * U_before c k) * x0.
Proof.
  intros eta beta h r c x0 k B A. unfold heavy_ball. rewrite from_rest. unfold trace, determinant. cbn [step_size momentum lookahead].
  replace (1 + beta - eta * h * (1 + 0)) with (2 * r * c) by lra. replace (beta - eta * h * 0) with (r ^ 2) by lra.
  destruct k as [| k]; [unfold U, U_before; simpl; ring |].
  rewrite (proj1 (scaled r c (S k))), (proj1 (scaled r c k)). unfold U at 2. simpl. change (U_before c (S k)) with (U c k). ring.
Qed.

(* At a double root r. *)
Theorem residual_at_a_double_root : forall (p : nat -> R) (r w : R),
  p O = 1 -> (forall k, p (S (S k)) = 2 * r * p (S k) - r ^ 2 * p k) -> p 1%nat = r * (1 + w) ->
  forall k, p k = r ^ k * (1 + INR k * w).
Proof.
  intros p r w start recurrence first k.
  cut (p k = r ^ k * (1 + INR k * w) /\ p (S k) = r ^ S k * (1 + INR (S k) * w)); [tauto |].
  induction k as [| k [now next]].
  - rewrite start, first. simpl. split; ring.
  - split; [exact next |]. rewrite recurrence, next, now, !S_INR. simpl. ring.
Qed.

(* Where no root is left. *)
Theorem residual_without_determinant : forall (p : nat -> R) (a : R),
  p O = 1 -> (forall k, p (S (S k)) = a * p (S k) - 0 * p k) -> p 1%nat = a -> forall k, p k = a ^ k.
Proof.
  intros p a start recurrence first [| k]; [exact start |].
  induction k as [| k IH]; [rewrite first; simpl; ring | rewrite recurrence, IH; simpl; ring].
Qed.

Theorem residual_of_a_zero_root : forall (p : nat -> R),
  (forall k, p (S (S k)) = 0 * p (S k) - 0 * p k) -> p 1%nat = 0 -> forall k, p (S k) = 0.
Proof. intros p recurrence first [| k]; [exact first | rewrite recurrence; ring]. Qed.

(* Every method that does not change after its first step obeys the recurrence that these are about. *)
Theorem iterates_obey_the_recurrence : forall (m : nat -> coefficients) c h x0, (forall k, m (S k) = c) -> forall k,
  iterate m h x0 (S (S k)) = trace c h * iterate m h x0 (S k) - determinant c h * iterate m h x0 k.
Proof. intros m c h x0 same k. rewrite iterate_next, same. apply step_is_linear. Qed.

(* Gradient descent. *)
Theorem gradient_descent_residual : forall eta h x0 k, iterate (gradient_descent eta) h x0 k = (1 - eta * h) ^ k * x0.
Proof.
  intros eta h x0 [| k]; [unfold iterate; simpl; ring |].
  induction k as [| k IH].
  - rewrite iterate_first. unfold step. simpl. ring.
  - rewrite iterate_next, IH. unfold step. simpl. ring.
Qed.

Lemma farther_end : forall eta mu L h, mu <= h <= L -> Rabs (1 - eta * h) <= Rmax (Rabs (1 - eta * mu)) (Rabs (1 - eta * L)).
Proof.
  intros eta mu L h [low high].
  pose proof (Rmax_l (Rabs (1 - eta * mu)) (Rabs (1 - eta * L))) as A. pose proof (Rmax_r (Rabs (1 - eta * mu)) (Rabs (1 - eta * L))) as B.
  set (M := Rmax (Rabs (1 - eta * mu)) (Rabs (1 - eta * L))) in *. clearbody M.
  pose proof (Rle_abs (1 - eta * mu)). pose proof (Rle_abs (- (1 - eta * mu))) as C. rewrite Rabs_Ropp in C.
  pose proof (Rle_abs (1 - eta * L)). pose proof (Rle_abs (- (1 - eta * L))) as D. rewrite Rabs_Ropp in D.
  apply Rabs_le. destruct (Rle_or_lt 0 eta) as [P | P].
  - assert (eta * mu <= eta * h) by (apply Rmult_le_compat_l; lra). assert (eta * h <= eta * L) by (apply Rmult_le_compat_l; lra). lra.
  - assert (eta * h <= eta * mu) by (apply Rmult_le_compat_neg_l; lra). assert (eta * L <= eta * h) by (apply Rmult_le_compat_neg_l; lra). lra.
Qed.

(* A4: without curvature nothing moves, whatever the method. *)
Theorem A4_flat_directions_stay : forall m x0 k, iterate m 0 x0 k = x0.
Proof.
  intros m x0 k. cut (iterate m 0 x0 k = x0 /\ iterate m 0 x0 (S k) = x0); [tauto |].
  induction k as [| k [now next]].
  - split; [reflexivity | rewrite iterate_first; unfold step; ring].
  - split; [exact next | rewrite iterate_next, next, now; unfold step; ring].
Qed.

(* B6: the invariant of heavy ball on one eigenvalue *)
Theorem B6_invariant : forall eta beta h x0 k,
  let x := iterate (heavy_ball eta beta) h x0 in
  x (S k) ^ 2 - (1 + beta - eta * h) * x (S k) * x k + beta * x k ^ 2 = beta ^ S k * (eta * h) * x0 ^ 2.
Proof.
  intros eta beta h x0 k x. induction k as [| k IH].
  - unfold x. rewrite iterate_first. unfold iterate, step. simpl. ring.
  - replace (x (S (S k))) with ((1 + beta - eta * h) * x (S k) - beta * x k).
    + replace (beta ^ S (S k)) with (beta * beta ^ S k) by reflexivity.
      replace (beta * beta ^ S k * (eta * h) * x0 ^ 2) with (beta * (beta ^ S k * (eta * h) * x0 ^ 2)) by ring. rewrite <- IH. ring.
    + unfold x. rewrite (iterate_next _ _ _ k), step_is_linear. unfold trace, determinant. simpl. ring.
Qed.
