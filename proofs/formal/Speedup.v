(* C4: the quadratic speedup of the time constants, for all 0 < u < 1, u = sqrt (eta mu). *)
Require Import Reals Lra.
Local Open Scope R_scope.

(* A function that is 0 at 0 and increases is positive. *)
Lemma positive_by_slope : forall (f slope : R -> R) u, 0 < u ->
  (forall x, 0 <= x <= u -> derivable_pt_lim f x (slope x)) -> f 0 = 0 -> (forall x, 0 < x < u -> 0 < slope x) -> 0 < f u.
Proof.
  intros f slope u P D start up. destruct (MVT_cor2 f slope 0 u P D) as [x [E I]].
  rewrite start in E. pose proof (Rmult_lt_0_compat (slope x) (u - 0) (up x I)). lra.
Qed.

Lemma slope_of_log_1_plus : forall x, 0 < 1 + x -> derivable_pt_lim (fun x => ln (1 + x)) x (/ (1 + x)).
Proof.
  intros x P. replace (/ (1 + x)) with (/ (1 + x) * (0 + 1)) by ring.
  apply (derivable_pt_lim_comp (fun x => 1 + x) ln); [| apply derivable_pt_lim_ln; exact P].
  apply (derivable_pt_lim_plus (fct_cte 1) id); [apply derivable_pt_lim_const | apply derivable_pt_lim_id].
Qed.

Lemma slope_of_log_1_minus : forall x, 0 < 1 - x -> derivable_pt_lim (fun x => ln (1 - x)) x (- / (1 - x)).
Proof.
  intros x P. replace (- / (1 - x)) with (/ (1 - x) * (0 - 1)) by ring.
  apply (derivable_pt_lim_comp (fun x => 1 - x) ln); [| apply derivable_pt_lim_ln; exact P].
  apply (derivable_pt_lim_minus (fct_cte 1) id); [apply derivable_pt_lim_const | apply derivable_pt_lim_id].
Qed.

Lemma slope_of_linear : forall a b x, derivable_pt_lim (fun x => a + b * x) x b.
Proof.
  intros a b x. assert (D : derivable_pt_lim (fun x => a + b * x) x (0 + b * 1)).
  { apply (derivable_pt_lim_plus (fct_cte a) (mult_real_fct b id)); [apply derivable_pt_lim_const |].
    apply derivable_pt_lim_scal, derivable_pt_lim_id. }
  replace (0 + b * 1) with b in D by ring. exact D.
Qed.

Lemma slope_of_inverse : forall b x, 0 < 1 + b * x -> derivable_pt_lim (fun x => 1 / (1 + b * x)) x (- b / (1 + b * x) ^ 2).
Proof.
  intros b x P. replace (- b / (1 + b * x) ^ 2) with ((0 * (1 + b * x) - b * 1) / (1 + b * x)²) by (unfold Rsqr; field; lra).
  apply (derivable_pt_lim_div (fct_cte 1) (fun x => 1 + b * x)); [apply derivable_pt_lim_const | apply slope_of_linear | lra].
Qed.

Lemma log_1_minus_below : forall x, 0 < x < 1 -> x < - ln (1 - x).
Proof.
  intros x [P Q]. pose proof (exp_ineq1 (ln (1 - x))) as E.
  assert (N : ln (1 - x) < 0) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (E2 := E (Rlt_not_eq _ _ N)). rewrite exp_ln in E2 by lra. lra.
Qed.

Lemma logs_of_square : forall u, 0 < u < 1 -> ln (1 - u ^ 2) = ln (1 - u) + ln (1 + u).
Proof. intros u [P Q]. rewrite <- ln_mult by lra. f_equal. ring. Qed.

(* ln (1 + u) + (1 - u) ln (1 - u) > 0 *)
Lemma lower : forall u, 0 < u < 1 -> 0 < ln (1 + u) + (1 + (-1) * u) * ln (1 - u).
Proof.
  intros u [P Q].
  apply (positive_by_slope (fun x => ln (1 + x) + (1 + (-1) * x) * ln (1 - x))
                           (fun x => / (1 + x) + ((-1) * ln (1 - x) + (1 + (-1) * x) * - / (1 - x)))); [exact P | | |].
  - intros x I. apply (derivable_pt_lim_plus (fun x => ln (1 + x)) (fun x => (1 + (-1) * x) * ln (1 - x))).
    + apply slope_of_log_1_plus. lra.
    + apply (derivable_pt_lim_mult (fun x => 1 + (-1) * x) (fun x => ln (1 - x))); [apply slope_of_linear | apply slope_of_log_1_minus; lra].
  - replace (1 + 0) with 1 by ring. replace (1 - 0) with 1 by ring. rewrite ln_1. ring.
  - intros x I. assert (L := log_1_minus_below x). assert (L2 : x < - ln (1 - x)) by (apply L; lra).
    replace ((1 + (-1) * x) * - / (1 - x)) with (-1) by (field; lra).
    assert (/ (1 + x) + x > 1); [| lra].
    apply Rlt_gt, (Rmult_lt_reg_r (1 + x)); [lra |]. rewrite Rmult_plus_distr_r, Rinv_l by lra.
    assert (0 < x * x) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

(* - (2 - u) ln (1 - u) - (2 + u) ln (1 + u) > 0 *)
Lemma upper_slope : forall u, 0 < u < 1 -> 0 < (ln (1 - u) + (-1) * ln (1 + u)) + (1 / (1 + (-1) * u) + (-1) * (1 / (1 + 1 * u))).
Proof.
  intros u [P Q].
  apply (positive_by_slope (fun x => (ln (1 - x) + (-1) * ln (1 + x)) + (1 / (1 + (-1) * x) + (-1) * (1 / (1 + 1 * x))))
           (fun x => (- / (1 - x) + (-1) * / (1 + x)) + (- (-1) / (1 + (-1) * x) ^ 2 + (-1) * (- (1) / (1 + 1 * x) ^ 2)))); [exact P | | |].
  - intros x I.
    apply (derivable_pt_lim_plus (fun x => ln (1 - x) + (-1) * ln (1 + x)) (fun x => 1 / (1 + (-1) * x) + (-1) * (1 / (1 + 1 * x)))).
    + apply (derivable_pt_lim_plus (fun x => ln (1 - x)) (mult_real_fct (-1) (fun x => ln (1 + x)))); [apply slope_of_log_1_minus; lra |].
      apply derivable_pt_lim_scal, slope_of_log_1_plus. lra.
    + apply (derivable_pt_lim_plus (fun x => 1 / (1 + (-1) * x)) (mult_real_fct (-1) (fun x => 1 / (1 + 1 * x)))); [apply slope_of_inverse; lra |].
      apply derivable_pt_lim_scal, slope_of_inverse. lra.
  - replace (1 + 0) with 1 by ring. replace (1 - 0) with 1 by ring. rewrite ln_1. field.
  - intros x I.
    replace ((- / (1 - x) + (-1) * / (1 + x)) + (- (-1) / (1 + (-1) * x) ^ 2 + (-1) * (- (1) / (1 + 1 * x) ^ 2)))
      with (4 * x ^ 2 / ((1 - x) ^ 2 * (1 + x) ^ 2)) by (field; lra).
    apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; [lra | apply pow_lt; lra] | apply Rmult_lt_0_compat; apply pow_lt; lra].
Qed.

Lemma upper : forall u, 0 < u < 1 -> 0 < (-1) * ((2 + (-1) * u) * ln (1 - u)) + (-1) * ((2 + 1 * u) * ln (1 + u)).
Proof.
  intros u [P Q].
  apply (positive_by_slope (fun x => (-1) * ((2 + (-1) * x) * ln (1 - x)) + (-1) * ((2 + 1 * x) * ln (1 + x)))
           (fun x => (-1) * ((-1) * ln (1 - x) + (2 + (-1) * x) * - / (1 - x)) + (-1) * (1 * ln (1 + x) + (2 + 1 * x) * / (1 + x)))); [exact P | | |].
  - intros x I.
    apply (derivable_pt_lim_plus (mult_real_fct (-1) (fun x => (2 + (-1) * x) * ln (1 - x))) (mult_real_fct (-1) (fun x => (2 + 1 * x) * ln (1 + x))));
      apply derivable_pt_lim_scal.
    + apply (derivable_pt_lim_mult (fun x => 2 + (-1) * x) (fun x => ln (1 - x))); [apply slope_of_linear | apply slope_of_log_1_minus; lra].
    + apply (derivable_pt_lim_mult (fun x => 2 + 1 * x) (fun x => ln (1 + x))); [apply slope_of_linear | apply slope_of_log_1_plus; lra].
  - replace (1 + 0) with 1 by ring. replace (1 - 0) with 1 by ring. rewrite ln_1. ring.
  - intros x I. assert (U := upper_slope x). assert (V : 0 < x < 1) by lra. apply U in V.
    replace ((2 + (-1) * x) * - / (1 - x)) with (- (1) - 1 / (1 + (-1) * x)) by (field; lra).
    replace ((2 + 1 * x) * / (1 + x)) with (1 + 1 / (1 + 1 * x)) by (field; lra). lra.
Qed.

(* The time constant of a rate: the steps in which it gains a factor e. *)
Definition time_constant (rate : R) : R := -1 / ln rate.

Lemma log_negative : forall x, 0 < x < 1 -> ln x < 0.
Proof. intros x [P Q]. rewrite <- ln_1. apply ln_increasing; assumption. Qed.

Lemma square_below_one : forall u, 0 < u < 1 -> 0 < 1 - u ^ 2 < 1.
Proof.
  intros u [P Q]. assert (0 < u * u) by (apply Rmult_lt_0_compat; assumption).
  assert (0 < (1 - u) * (1 + u)) by (apply Rmult_lt_0_compat; lra). simpl. lra.
Qed.

Lemma ratio_is : forall u, 0 < u < 1 -> time_constant (1 - u ^ 2) / time_constant (1 - u) = ln (1 - u) / ln (1 - u ^ 2).
Proof.
  intros u I. pose proof (log_negative (1 - u)). pose proof (log_negative (1 - u ^ 2) (square_below_one u I)).
  unfold time_constant. field. lra.
Qed.

(* 1/u < K_GD / K_CDM < 1/u + 1/2 *)
Theorem C4_quadratic_speedup : forall u, 0 < u < 1 ->
  1 / u < time_constant (1 - u ^ 2) / time_constant (1 - u) < 1 / u + 1 / 2.
Proof.
  intros u I. rewrite (ratio_is u I). destruct I as [P Q]. pose proof (lower u (conj P Q)) as A. pose proof (upper u (conj P Q)) as B.
  pose proof (log_negative (1 - u ^ 2) (square_below_one u (conj P Q))) as N. rewrite (logs_of_square u (conj P Q)) in *.
  set (a := ln (1 - u)) in *. set (b := ln (1 + u)) in *.
  assert (C : 0 < / (- (a + b))) by (apply Rinv_0_lt_compat; lra).
  split.
  - replace (1 / u) with ((- (a + b)) * (/ u * / (- (a + b)))) by (field; lra).
    replace (a / (a + b)) with (- u * a * (/ u * / (- (a + b)))) by (field; lra).
    apply Rmult_lt_compat_r; [apply Rmult_lt_0_compat; [apply Rinv_0_lt_compat; exact P | exact C] | lra].
  - replace (1 / u + 1 / 2) with ((2 + u) * - (a + b) * (/ (2 * u) * / (- (a + b)))) by (field; lra).
    replace (a / (a + b)) with (- (2 * u) * a * (/ (2 * u) * / (- (a + b)))) by (field; lra).
    apply Rmult_lt_compat_r; [apply Rmult_lt_0_compat; [apply Rinv_0_lt_compat; lra | exact C] | lra].
Qed.

(* K_CDM^2 <= K_GD *)
Lemma square_of_logs : forall u, 0 < u < 1 -> 0 < ln (1 - u) * ln (1 - u) + (ln (1 - u) + ln (1 + u)).
Proof.
  intros u [P Q].
  apply (positive_by_slope (fun x => ln (1 - x) * ln (1 - x) + (ln (1 - x) + ln (1 + x)))
           (fun x => (- / (1 - x) * ln (1 - x) + ln (1 - x) * - / (1 - x)) + (- / (1 - x) + / (1 + x)))); [exact P | | |].
  - intros x I. apply (derivable_pt_lim_plus (fun x => ln (1 - x) * ln (1 - x)) (fun x => ln (1 - x) + ln (1 + x))).
    + apply (derivable_pt_lim_mult (fun x => ln (1 - x)) (fun x => ln (1 - x))); apply slope_of_log_1_minus; lra.
    + apply (derivable_pt_lim_plus (fun x => ln (1 - x)) (fun x => ln (1 + x))); [apply slope_of_log_1_minus | apply slope_of_log_1_plus]; lra.
  - replace (1 + 0) with 1 by ring. replace (1 - 0) with 1 by ring. rewrite ln_1. ring.
  - intros x I. assert (L : x < - ln (1 - x)) by (apply log_1_minus_below; lra).
    replace ((- / (1 - x) * ln (1 - x) + ln (1 - x) * - / (1 - x)) + (- / (1 - x) + / (1 + x)))
      with (2 * / (1 - x) * (- ln (1 - x) - x * / (1 + x))) by (field; lra).
    apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat; [lra | apply Rinv_0_lt_compat; lra] |].
    assert (x * / (1 + x) < x); [| lra].
    apply (Rmult_lt_reg_r (1 + x)); [lra |]. rewrite Rmult_assoc, Rinv_l by lra.
    assert (0 < x * x) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

Theorem C4_square_of_the_time_constant : forall u, 0 < u < 1 -> time_constant (1 - u) ^ 2 <= time_constant (1 - u ^ 2).
Proof.
  intros u I. pose proof (log_negative (1 - u)) as M. pose proof (log_negative (1 - u ^ 2) (square_below_one u I)) as N.
  pose proof (square_of_logs u I) as A. unfold time_constant. rewrite (logs_of_square u I) in *. destruct I as [P Q].
  assert (M2 : ln (1 - u) < 0) by (apply M; lra). set (a := ln (1 - u)) in *. set (b := ln (1 + u)) in *.
  replace ((-1 / a) ^ 2) with (- (a + b) * (/ (a * a) * / (- (a + b)))) by (field; lra).
  replace (-1 / (a + b)) with (a * a * (/ (a * a) * / (- (a + b)))) by (field; lra).
  assert (S : 0 < a * a) by (replace (a * a) with (- a * - a) by ring; apply Rmult_lt_0_compat; lra).
  apply Rmult_le_compat_r; [| lra].
  apply Rlt_le, Rmult_lt_0_compat; apply Rinv_0_lt_compat; lra.
Qed.

(* So the speedup grows like 1/u: u times the ratio is within u/2 of 1. *)
Theorem C4_speedup_is_one_over_u_in_the_limit : forall eps, 0 < eps -> exists delta, 0 < delta /\
  forall u, 0 < u < 1 -> u < delta -> Rabs (u * (time_constant (1 - u ^ 2) / time_constant (1 - u)) - 1) < eps.
Proof.
  intros eps E. exists (2 * eps). split; [lra |]. intros u I small. destruct (C4_quadratic_speedup u I) as [A B]. destruct I as [P Q].
  set (ratio := time_constant (1 - u ^ 2) / time_constant (1 - u)) in *.
  assert (C : u * (1 / u) < u * ratio) by (apply Rmult_lt_compat_l; assumption).
  assert (D : u * ratio < u * (1 / u + 1 / 2)) by (apply Rmult_lt_compat_l; assumption).
  rewrite Rmult_plus_distr_l in D. replace (u * (1 / u)) with 1 in * by (field; lra). rewrite Rabs_right; lra.
Qed.

(* What is assumed of functions elsewhere: a derivative of one sign on an interval, of whatever kind, makes a function monotone there. *)
Theorem monotone_by_slope : forall (inside : R -> Prop) (f slope : R -> R),
  (forall x y z, inside x -> inside z -> x <= y <= z -> inside y) ->
  (forall x, inside x -> derivable_pt_lim f x (slope x)) -> (forall x, inside x -> 0 <= slope x) ->
  forall x y, inside x -> inside y -> x <= y -> f x <= f y.
Proof.
  intros inside f slope interval D up x y X Y I. destruct (Rle_lt_or_eq_dec x y I) as [less | equal]; [| rewrite equal; lra].
  destruct (MVT_cor2 f slope x y less) as [z [E J]].
  - intros z J. apply D, (interval x z y); assumption.
  - assert (Z : inside z) by (apply (interval x z y); [exact X | exact Y | lra]).
    pose proof (Rmult_le_pos (slope z) (y - x) (up z Z)). lra.
Qed.

Theorem strictly_monotone_by_slope : forall (inside : R -> Prop) (f slope : R -> R),
  (forall x y z, inside x -> inside z -> x <= y <= z -> inside y) ->
  (forall x, inside x -> derivable_pt_lim f x (slope x)) -> (forall x, inside x -> 0 < slope x) ->
  forall x y, inside x -> inside y -> x < y -> f x < f y.
Proof.
  intros inside f slope interval D up x y X Y I. destruct (MVT_cor2 f slope x y I) as [z [E J]].
  - intros z J. apply D, (interval x z y); assumption.
  - assert (Z : inside z) by (apply (interval x z y); [exact X | exact Y | lra]).
    pose proof (Rmult_lt_0_compat (slope z) (y - x) (up z Z)). lra.
Qed.

Corollary monotone_by_negative_slope : forall (inside : R -> Prop) (f slope : R -> R),
  (forall x y z, inside x -> inside z -> x <= y <= z -> inside y) ->
  (forall x, inside x -> derivable_pt_lim f x (slope x)) -> (forall x, inside x -> slope x < 0) ->
  forall x y, inside x -> inside y -> x < y -> f y < f x.
Proof.
  intros inside f slope interval D down x y X Y I.
  assert (A : - f x < - f y); [| lra].
  apply (strictly_monotone_by_slope inside (fun x => - f x) (fun x => - slope x)); try assumption.
  - intros z Z. apply (derivable_pt_lim_opp f), D, Z.
  - intros z Z. pose proof (down z Z). lra.
Qed.
