(* What every theory made from a certificate uses: nothing but order, signs and sums of real numbers. *)
Require Export Reals Lra.
Local Open Scope R_scope.

(* A statement, or what holds if it does not. *)
Lemma either_lt : forall x y : R, x < y \/ y <= x.
Proof. intros x y. destruct (Rlt_or_le x y) as [A | A]; [left | right]; exact A. Qed.

Lemma either_le : forall x y : R, x <= y \/ y < x.
Proof. intros x y. destruct (Rlt_or_le y x) as [A | A]; [right | left]; exact A. Qed.

Lemma either_eq : forall x y : R, x = y \/ x <> y.
Proof. exact Req_dec. Qed.

Lemma either_ne : forall x y : R, x <> y \/ x = y.
Proof. intros x y. destruct (Req_dec x y) as [A | A]; [right | left]; exact A. Qed.

Lemma either_or : forall {A A' B B' : Prop}, A \/ A' -> B \/ B' -> (A \/ B) \/ (A' /\ B').
Proof. tauto. Qed.

Lemma either_and : forall {A B B' : Prop}, A \/ ~ A -> B \/ B' -> (A /\ B) \/ (A -> B').
Proof. tauto. Qed.

Lemma either_true : True \/ False.
Proof. tauto. Qed.

Lemma either_false : False \/ True.
Proof. tauto. Qed.

Lemma decided_lt : forall x y : R, x < y \/ ~ x < y.
Proof. intros x y. destruct (Rlt_dec x y) as [A | A]; [left | right]; exact A. Qed.

Lemma decided_le : forall x y : R, x <= y \/ ~ x <= y.
Proof. intros x y. destruct (Rle_dec x y) as [A | A]; [left | right]; exact A. Qed.

Lemma decided_eq : forall x y : R, x = y \/ ~ x = y.
Proof. exact Req_dec. Qed.

Lemma decided_ne : forall x y : R, x <> y \/ ~ x <> y.
Proof. intros x y. destruct (Req_dec x y) as [A | A]; tauto. Qed.

Lemma decided_or : forall {A B : Prop}, A \/ ~ A -> B \/ ~ B -> (A \/ B) \/ ~ (A \/ B).
Proof. tauto. Qed.

Lemma decided_and : forall {A B : Prop}, A \/ ~ A -> B \/ ~ B -> (A /\ B) \/ ~ (A /\ B).
Proof. tauto. Qed.

Lemma decided_true : True \/ ~ True.
Proof. tauto. Qed.

Lemma decided_false : False \/ ~ False.
Proof. tauto. Qed.

(* A fact as the sign of its value v; c > 0 is what setting variables to 1 took away. *)
Lemma of_lt : forall c x y v : R, 0 < c -> y - x = c * v -> x < y -> 0 < v.
Proof. intros c x y v P E A. apply (Rmult_lt_reg_l c); [exact P | lra]. Qed.

Lemma of_le : forall c x y v : R, 0 < c -> y - x = c * v -> x <= y -> 0 <= v.
Proof. intros c x y v P E A. apply (Rmult_le_reg_l c); [exact P | lra]. Qed.

Lemma of_eq : forall c x y v : R, 0 < c -> x - y = c * v -> x = y -> v = 0.
Proof. intros c x y v P E A. apply (Rmult_eq_reg_l c); lra. Qed.

Lemma of_ne : forall c x y v : R, 0 < c -> x - y = c * v -> x <> y -> 0 < v ^ 2.
Proof.
  intros c x y v P E A. rewrite <- Rsqr_pow2. apply Rlt_0_sqr.
  intro Z. apply A. rewrite Z in E. lra.
Qed.

(* Every x >= 0 is the square of its root. *)
Lemma root_of : forall x : R, 0 < x -> exists r, 0 < r /\ x = r ^ 2 /\ sqrt x = r.
Proof.
  intros x P. exists (sqrt x). split; [exact (sqrt_lt_R0 x P) |].
  split; [symmetry; apply pow2_sqrt; lra | reflexivity].
Qed.

Lemma root_of_weak : forall x : R, 0 <= x -> exists r, 0 <= r /\ x = r ^ 2 /\ sqrt x = r.
Proof.
  intros x P. exists (sqrt x). split; [exact (sqrt_pos x) |].
  split; [symmetry; apply pow2_sqrt; exact P | reflexivity].
Qed.

(* Setting a positive variable to 1: it is a power of a unit, the others are multiples of powers of the unit. *)
Lemma multiple_of : forall x c : R, 0 < c -> exists z, x = z * c.
Proof. intros x c P. exists (x / c). field. lra. Qed.

Lemma unit_of : forall (n : nat) (x c : R), 0 < c -> 0 < x -> exists u, 0 < u /\ u <> 0 /\ x = u ^ S n * c.
Proof.
  intros n x c P X. assert (Y : 0 < x / c) by (apply Rdiv_lt_0_compat; assumption).
  exists (Rpower (x / c) (/ INR (S n))).
  assert (U : 0 < Rpower (x / c) (/ INR (S n))) by apply exp_pos.
  split; [exact U |]. split; [lra |].
  rewrite <- (Rpower_pow (S n) _ U), Rpower_mult, Rinv_l by (apply not_0_INR; discriminate).
  rewrite (Rpower_1 _ Y). field. lra.
Qed.

(* Signs and sums. *)
Lemma sign_of : forall x : R, x < 0 \/ x = 0 \/ 0 < x.
Proof. intro x. destruct (Rtotal_order x 0) as [A | [A | A]]; tauto. Qed.

Lemma whole_lt : forall n : Z, (0 ?= n)%Z = Lt -> 0 < IZR n.
Proof. intros n P. exact (IZR_lt 0 n P). Qed.

Lemma whole_le : forall n : Z, (0 ?= n)%Z = Lt -> 0 <= IZR n.
Proof. intros n P. exact (Rlt_le _ _ (whole_lt n P)). Qed.

Lemma times_zero : forall q e : R, e = 0 -> q * e = 0.
Proof. intros q e E. rewrite E. ring. Qed.

Lemma plus_zero : forall x y : R, x = 0 -> y = 0 -> x + y = 0.
Proof. intros x y X Y. rewrite X, Y. ring. Qed.

(* What is positive, and what is 0, do not add up to 0. *)
Lemma contradiction : forall x y : R, 0 < x -> y = 0 -> x + y = 0 -> False.
Proof. intros x y X Y E. lra. Qed.
