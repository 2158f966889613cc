(* The ledger, down to the iterates: for all 0 < mu <= L, all h in [mu, L], all k, |x_k| is at most … |x_0|. *)
Require Import Reals Lra Recurrence Powers Methods.
Local Open Scope R_scope.

Lemma times_start : forall p B x0 : R, Rabs p <= B -> Rabs (p * x0) <= B * Rabs x0.
Proof. intros p B x0 I. rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos | exact I]. Qed.

Lemma triangle : forall x y X Y : R, Rabs x <= X -> Rabs y <= Y -> Rabs (x + y) <= X + Y.
Proof. intros x y X Y A B. eapply Rle_trans; [apply Rabs_triang |]. lra. Qed.

(* C1: gradient descent *)

Theorem C1_gradient_descent : forall eta mu L h x0 k, mu <= h <= L ->
  Rabs (iterate (gradient_descent eta) h x0 k) <= Rmax (Rabs (1 - eta * mu)) (Rabs (1 - eta * L)) ^ k * Rabs x0.
Proof.
  intros eta mu L h x0 k I. rewrite gradient_descent_residual. apply times_start. rewrite <- RPow_abs.
  apply pow_incr. split; [apply Rabs_pos | apply farther_end; exact I].
Qed.

Theorem C1_attained : forall eta mu L x0 k, mu <= L -> exists h, mu <= h <= L /\
  Rabs (iterate (gradient_descent eta) h x0 k) = Rmax (Rabs (1 - eta * mu)) (Rabs (1 - eta * L)) ^ k * Rabs x0.
Proof.
  intros eta mu L x0 k I. unfold Rmax. destruct (Rle_dec (Rabs (1 - eta * mu)) (Rabs (1 - eta * L))); [exists L | exists mu];
    (split; [lra |]); rewrite gradient_descent_residual, Rabs_mult, RPow_abs; reflexivity.
Qed.

Theorem C1_best_fixed_step : forall mu L h x0 k, 0 < mu -> mu <= h <= L ->
  let kappa := L / mu in
  Rabs (iterate (gradient_descent (2 / (mu + L))) h x0 k) <= ((kappa - 1) / (kappa + 1)) ^ k * Rabs x0.
Proof.
  intros mu L h x0 k P I kappa. rewrite gradient_descent_residual. apply times_start. rewrite <- RPow_abs.
  apply pow_incr. split; [apply Rabs_pos |]. apply Rabs_le.
  replace ((kappa - 1) / (kappa + 1)) with ((L - mu) / (mu + L)) by (unfold kappa; field; lra).
  assert (Q : 0 < / (mu + L)) by (apply Rinv_0_lt_compat; lra).
  replace (1 - 2 / (mu + L) * h) with ((mu + L - 2 * h) * / (mu + L)) by (field; lra). unfold Rdiv.
  rewrite Ropp_mult_distr_l. split; apply Rmult_le_compat_r; lra.
Qed.

(* Heavy ball where |1 + r^2 - eta h| <= 2 r: complex or double roots of modulus r. *)

Lemma trace_of_heavy_ball : forall eta beta h, trace (Coefficients eta beta 0) h = 1 + beta - eta * h.
Proof. intros. unfold trace. cbn [step_size momentum lookahead]. ring. Qed.

Lemma determinant_of_heavy_ball : forall eta beta h, determinant (Coefficients eta beta 0) h = beta.
Proof. intros. unfold determinant. cbn [step_size momentum lookahead]. ring. Qed.

Lemma heavy_ball_residual : forall eta beta h x0 k, iterate (heavy_ball eta beta) h x0 k =
  (W (1 + beta - eta * h) beta (S k) - beta * W (1 + beta - eta * h) beta k) * x0.
Proof. intros. unfold heavy_ball. rewrite from_rest, trace_of_heavy_ball, determinant_of_heavy_ball. reflexivity. Qed.

Theorem heavy_ball_from_rest : forall eta r h x0 k, 0 <= r -> Rabs (1 + r ^ 2 - eta * h) <= 2 * r ->
  Rabs (iterate (heavy_ball eta (r ^ 2)) h x0 k) <= r ^ k * (1 + INR k * (1 + r)) * Rabs x0.
Proof.
  intros eta r h x0 k P I. rewrite heavy_ball_residual. apply times_start. set (a := 1 + r ^ 2 - eta * h) in *.
  assert (A := W_bound a r P I k). assert (B := rW_bound a r P I k).
  replace (r ^ k * (1 + INR k * (1 + r))) with ((INR k + 1) * r ^ k + r * (INR k * r ^ k)) by ring.
  unfold Rminus. apply triangle; [exact A |].
  rewrite Rabs_Ropp, Rabs_mult, <- RPow_abs, (Rabs_right r) by lra.
  replace (r ^ 2 * Rabs (W a (r ^ 2) k)) with (r * (r * Rabs (W a (r ^ 2) k))) by ring.
  apply Rmult_le_compat_l; [exact P | exact B].
Qed.

(* With first step eta/(1 + beta): p_k (1 + beta) = 2 beta r^k T_k + (1 - beta) r^k U_k. *)
Theorem heavy_ball_with_scaled_first_step : forall eta r h x0 k, 0 <= r <= 1 -> Rabs (1 + r ^ 2 - eta * h) <= 2 * r ->
  Rabs (iterate (heavy_ball_with_first_step eta (r ^ 2) (eta / (1 + r ^ 2))) h x0 k)
    <= r ^ k * (1 + INR k * ((1 - r ^ 2) / (1 + r ^ 2))) * Rabs x0.
Proof.
  intros eta r h x0 [| k] [P Q] I.
  - unfold iterate. simpl. pose proof (Rabs_pos x0). lra.
  - rewrite with_first_step. apply times_start. set (a := 1 + r ^ 2 - eta * h) in *.
    assert (N : 0 < 1 + r ^ 2) by (pose proof (pow2_ge_0 r); lra).
    assert (M : 0 <= 1 - r ^ 2) by (replace (1 - r ^ 2) with ((1 - r) * (1 + r)) by ring; apply Rmult_le_pos; lra).
    replace ((1 - eta / (1 + r ^ 2) * h) * W a (r ^ 2) (S k) - r ^ 2 * W a (r ^ 2) k)
      with ((2 * r ^ 2 * T a (r ^ 2) (S k) + (1 - r ^ 2) * W a (r ^ 2) (S (S k))) * / (1 + r ^ 2)).
    2: { rewrite T_by_W, W_step. unfold a. field. lra. }
    replace (r ^ S k * (1 + INR (S k) * ((1 - r ^ 2) / (1 + r ^ 2))))
      with ((2 * r ^ 2 * r ^ S k + (1 - r ^ 2) * ((INR (S k) + 1) * r ^ S k)) * / (1 + r ^ 2)) by (field; lra).
    rewrite Rabs_mult, (Rabs_right (/ (1 + r ^ 2))) by (apply Rle_ge, Rlt_le, Rinv_0_lt_compat; exact N).
    apply Rmult_le_compat_r; [apply Rlt_le, Rinv_0_lt_compat; exact N |].
    apply triangle; rewrite Rabs_mult, Rabs_right by (pose proof (pow2_ge_0 r); lra); apply Rmult_le_compat_l;
      try (pose proof (pow2_ge_0 r); lra); [apply T_bound | apply W_bound]; assumption.
Qed.

(* C2: critically damped at mu, every step up to Polyak's *)

Lemma below_polyak_step : forall eta mu L h, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 ->
  let r := 1 - sqrt (eta * mu) in 0 <= r <= 1 /\ (1 - r) ^ 2 = eta * mu /\ eta * L <= (1 + r) ^ 2 /\ Rabs (1 + r ^ 2 - eta * h) <= 2 * r.
Proof.
  intros eta mu L h P [low high] E S r.
  assert (m : 0 < sqrt mu) by (apply sqrt_lt_R0; exact P).
  assert (ml : sqrt mu <= sqrt L) by (apply sqrt_le_1_alt; lra).
  assert (e : 0 < sqrt eta) by (apply sqrt_lt_R0; exact E).
  assert (M : sqrt mu ^ 2 = mu) by (apply pow2_sqrt; lra).
  assert (LL : sqrt L ^ 2 = L) by (apply pow2_sqrt; lra).
  assert (EE : sqrt eta ^ 2 = eta) by (apply pow2_sqrt; lra).
  assert (s : sqrt (eta * mu) = sqrt eta * sqrt mu) by (apply sqrt_mult_alt; lra).
  assert (D : 0 < (sqrt L + sqrt mu) ^ 2) by (apply pow_lt; lra).
  assert (F : sqrt eta * (sqrt L + sqrt mu) <= 2).
  { apply Rnot_lt_le. intro G. assert (H : 2 ^ 2 < (sqrt eta * (sqrt L + sqrt mu)) ^ 2).
    { simpl. rewrite !Rmult_1_r. apply Rmult_le_0_lt_compat; lra. }
    rewrite Rpow_mult_distr, EE in H. apply (Rmult_le_compat_r ((sqrt L + sqrt mu) ^ 2)) in S; [| lra].
    unfold Rdiv in S. rewrite Rmult_assoc, Rinv_l, Rmult_1_r in S; lra. }
  assert (sp : 0 < sqrt eta * sqrt mu) by (apply Rmult_lt_0_compat; assumption).
  assert (sl : sqrt eta * sqrt mu <= sqrt eta * sqrt L) by (apply Rmult_le_compat_l; lra).
  assert (one : sqrt eta * sqrt mu <= 1) by lra.
  assert (square : (sqrt eta * sqrt L) ^ 2 <= (2 - sqrt eta * sqrt mu) ^ 2) by (apply pow_incr; lra).
  assert (em : eta * mu <= eta * h) by (apply Rmult_le_compat_l; lra).
  assert (el : eta * h <= eta * L) by (apply Rmult_le_compat_l; lra).
  assert (sm : (sqrt eta * sqrt mu) ^ 2 = eta * mu) by (rewrite Rpow_mult_distr, EE, M; reflexivity).
  rewrite Rpow_mult_distr, EE, LL in square.
  unfold r. rewrite s. repeat split; try lra. apply Rabs_le. lra.
Qed.

Theorem C2_critically_damped : forall eta mu L h x0 k, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 ->
  let r := 1 - sqrt (eta * mu) in
  Rabs (iterate (critically_damped eta mu) h x0 k) <= r ^ k * (1 + INR k * (1 + r)) * Rabs x0.
Proof.
  intros eta mu L h x0 k P I E S r. destruct (below_polyak_step eta mu L h P I E S) as [[A _] [_ [_ B]]].
  unfold critically_damped. fold r. apply heavy_ball_from_rest; assumption.
Qed.

Theorem C2_at_mu : forall eta mu x0 k, 0 <= eta * mu ->
  iterate (critically_damped eta mu) mu x0 k = (1 - sqrt (eta * mu)) ^ k * (1 + INR k * sqrt (eta * mu)) * x0.
Proof.
  intros eta mu x0 k P. unfold critically_damped. set (s := sqrt (eta * mu)). rewrite heavy_ball_residual.
  assert (Q : eta * mu = s ^ 2) by (unfold s; rewrite pow2_sqrt; [reflexivity | exact P]).
  replace (1 + (1 - s) ^ 2 - eta * mu) with (2 * (1 - s)) by (rewrite Q; ring).
  rewrite W_double. replace ((1 - s) ^ 2 * W (2 * (1 - s)) ((1 - s) ^ 2) k) with ((1 - s) * ((1 - s) * W (2 * (1 - s)) ((1 - s) ^ 2) k)) by ring.
  rewrite rW_double. ring.
Qed.

Theorem C2_one_over_L : forall mu L h x0 k, 0 < mu -> mu <= h <= L ->
  let r := 1 - 1 / sqrt (L / mu) in
  Rabs (iterate (critically_damped (1 / L) mu) h x0 k) <= r ^ k * (1 + INR k * (1 + r)) * Rabs x0.
Proof.
  intros mu L h x0 k P I r.
  assert (LL : 0 < L) by lra. assert (Q : 0 < 1 / L) by (apply Rdiv_lt_0_compat; lra).
  replace r with (1 - sqrt (1 / L * mu)).
  - apply C2_critically_damped with (L := L); try assumption.
    assert (ml : sqrt mu <= sqrt L) by (apply sqrt_le_1_alt; lra). assert (m : 0 < sqrt mu) by (apply sqrt_lt_R0; exact P).
    assert (D : 0 < (sqrt L + sqrt mu) ^ 2) by (apply pow_lt; lra).
    apply (Rmult_le_reg_r (L * (sqrt L + sqrt mu) ^ 2)); [apply Rmult_lt_0_compat; assumption |].
    replace (1 / L * (L * (sqrt L + sqrt mu) ^ 2)) with ((sqrt L + sqrt mu) ^ 2) by (field; lra).
    replace (4 / (sqrt L + sqrt mu) ^ 2 * (L * (sqrt L + sqrt mu) ^ 2)) with ((2 * sqrt L) ^ 2).
    + apply pow_incr. lra.
    + rewrite Rpow_mult_distr, pow2_sqrt by lra. field. lra.
  - unfold r. f_equal. rewrite <- sqrt_1 at 2. rewrite <- sqrt_div_alt by (apply Rdiv_lt_0_compat; lra). f_equal. field. lra.
Qed.

(* C3: Polyak's parameters, from rest; attained at L *)

Lemma polyak_inside : forall mu L h, 0 < mu -> mu <= h <= L ->
  let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in 0 <= rho <= 1 /\ Rabs (1 + rho ^ 2 - 4 / (sqrt L + sqrt mu) ^ 2 * h) <= 2 * rho.
Proof.
  intros mu L h P [low high] rho.
  assert (m : 0 < sqrt mu) by (apply sqrt_lt_R0; exact P).
  assert (ml : sqrt mu <= sqrt L) by (apply sqrt_le_1_alt; lra).
  assert (M : sqrt mu ^ 2 = mu) by (apply pow2_sqrt; lra).
  assert (LL : sqrt L ^ 2 = L) by (apply pow2_sqrt; lra).
  assert (D : 0 < / (sqrt L + sqrt mu)) by (apply Rinv_0_lt_compat; lra).
  assert (D2 : 0 < 4 / (sqrt L + sqrt mu) ^ 2) by (apply Rdiv_lt_0_compat; [lra | apply pow_lt; lra]).
  assert (A : 4 / (sqrt L + sqrt mu) ^ 2 * mu <= 4 / (sqrt L + sqrt mu) ^ 2 * h) by (apply Rmult_le_compat_l; lra).
  assert (B : 4 / (sqrt L + sqrt mu) ^ 2 * h <= 4 / (sqrt L + sqrt mu) ^ 2 * L) by (apply Rmult_le_compat_l; lra).
  replace (4 / (sqrt L + sqrt mu) ^ 2 * mu) with ((1 - rho) ^ 2) in A by (rewrite <- M at 2; unfold rho; field; lra).
  replace (4 / (sqrt L + sqrt mu) ^ 2 * L) with ((1 + rho) ^ 2) in B by (rewrite <- LL at 2; unfold rho; field; lra).
  assert (0 <= rho) by (unfold rho; apply Rmult_le_pos; lra).
  assert (rho <= 1).
  { unfold rho. apply (Rmult_le_reg_r (sqrt L + sqrt mu)); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  repeat split; try assumption. apply Rabs_le. lra.
Qed.

Theorem C3_polyak : forall mu L h x0 k, 0 < mu -> mu <= h <= L ->
  let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
  Rabs (iterate (polyak mu L) h x0 k) <= rho ^ k * (1 + INR k * (1 + rho)) * Rabs x0.
Proof.
  intros mu L h x0 k P I rho. destruct (polyak_inside mu L h P I) as [[A _] B]. apply heavy_ball_from_rest; assumption.
Qed.

Theorem C3_attained_at_L : forall mu L x0 k, 0 < mu -> mu <= L ->
  let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
  Rabs (iterate (polyak mu L) L x0 k) = rho ^ k * (1 + INR k * (1 + rho)) * Rabs x0.
Proof.
  intros mu L x0 k P I rho.
  destruct (polyak_inside mu L L P (conj I (Rle_refl L))) as [[A _] _]. fold rho in A.
  assert (m : 0 < sqrt mu) by (apply sqrt_lt_R0; exact P).
  assert (ml : sqrt mu <= sqrt L) by (apply sqrt_le_1_alt; lra).
  assert (LL : sqrt L ^ 2 = L) by (apply pow2_sqrt; lra).
  unfold polyak. fold rho. rewrite heavy_ball_residual.
  replace (1 + rho ^ 2 - 4 / (sqrt L + sqrt mu) ^ 2 * L) with (2 * (- rho)) by (rewrite <- LL at 2; unfold rho; field; lra).
  replace (rho ^ 2) with ((- rho) ^ 2) by ring. rewrite W_double.
  replace ((- rho) ^ 2 * W (2 * - rho) ((- rho) ^ 2) k) with (- rho * (- rho * W (2 * - rho) ((- rho) ^ 2) k)) by ring.
  rewrite rW_double.
  replace (((INR k + 1) * (- rho) ^ k - - rho * (INR k * (- rho) ^ k)) * x0) with ((- rho) ^ k * (1 + INR k * (1 + rho)) * x0) by ring.
  rewrite !Rabs_mult, <- RPow_abs, Rabs_Ropp, (Rabs_right rho) by lra.
  rewrite (Rabs_right (1 + INR k * (1 + rho))); [reflexivity |].
  apply Rle_ge. assert (0 <= INR k * (1 + rho)) by (apply Rmult_le_pos; [apply pos_INR | lra]). lra.
Qed.

(* C6: with first step eta/(1 + beta), every step up to Polyak's; attained at mu; never more than |x_0| *)

Theorem C6_scaled_first_step : forall eta mu L h x0 k, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 ->
  let r := 1 - sqrt (eta * mu) in let beta := r ^ 2 in
  Rabs (iterate (heavy_ball_with_first_step eta beta (eta / (1 + beta))) h x0 k) <= r ^ k * (1 + INR k * ((1 - beta) / (1 + beta))) * Rabs x0.
Proof.
  intros eta mu L h x0 k P I E S r beta. destruct (below_polyak_step eta mu L h P I E S) as [A [_ [_ B]]].
  apply heavy_ball_with_scaled_first_step; assumption.
Qed.

Theorem C6_attained_at_mu : forall eta mu x0 k, 0 <= eta * mu ->
  let r := 1 - sqrt (eta * mu) in let beta := r ^ 2 in
  iterate (heavy_ball_with_first_step eta beta (eta / (1 + beta))) mu x0 k = r ^ k * (1 + INR k * ((1 - beta) / (1 + beta))) * x0.
Proof.
  intros eta mu x0 [| k] P r beta; [unfold iterate; simpl; ring |].
  assert (N : 0 < 1 + r ^ 2) by (pose proof (pow2_ge_0 r); lra).
  assert (Q : eta * mu = (1 - r) ^ 2) by (unfold r; replace (1 - (1 - sqrt (eta * mu))) with (sqrt (eta * mu)) by ring; symmetry; apply pow2_sqrt; exact P).
  rewrite with_first_step. unfold beta.
  replace (1 + r ^ 2 - eta * mu) with (2 * r) by (rewrite Q; ring).
  replace (1 - eta / (1 + r ^ 2) * mu) with (1 - (eta * mu) / (1 + r ^ 2)) by (field; lra). rewrite Q, W_double.
  replace (r ^ 2 * W (2 * r) (r ^ 2) k) with (r * (r * W (2 * r) (r ^ 2) k)) by ring. rewrite rW_double, S_INR. simpl pow. field. simpl in N. lra.
Qed.

Theorem C6_nonincreasing : forall r k, 0 <= r <= 1 ->
  let slope := (1 - r ^ 2) / (1 + r ^ 2) in r ^ S k * (1 + INR (S k) * slope) <= r ^ k * (1 + INR k * slope).
Proof.
  intros r k [P Q] slope. assert (N : 0 < 1 + r ^ 2) by (pose proof (pow2_ge_0 r); lra).
  assert (A : 0 <= slope).
  { unfold slope. apply Rmult_le_pos; [| apply Rlt_le, Rinv_0_lt_compat; exact N].
    replace (1 - r ^ 2) with ((1 - r) * (1 + r)) by ring. apply Rmult_le_pos; lra. }
  assert (B : 1 - r * (1 + slope) = (1 - r) ^ 2 / (1 + r ^ 2)) by (unfold slope; field; lra).
  assert (C : 0 <= 1 - r * (1 + slope)).
  { rewrite B. apply Rmult_le_pos; [apply pow2_ge_0 | apply Rlt_le, Rinv_0_lt_compat; exact N]. }
  assert (D : 0 <= r ^ k * (1 - r * (1 + slope) + INR k * (slope * (1 - r)))).
  { apply Rmult_le_pos; [apply pow_le; exact P |]. assert (0 <= INR k * (slope * (1 - r))); [| lra].
    apply Rmult_le_pos; [apply pos_INR | apply Rmult_le_pos; lra]. }
  rewrite S_INR. simpl pow. lra.
Qed.

Theorem C6_never_exceeds_the_start : forall eta mu L h x0 k, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 ->
  let beta := (1 - sqrt (eta * mu)) ^ 2 in
  Rabs (iterate (heavy_ball_with_first_step eta beta (eta / (1 + beta))) h x0 k) <= Rabs x0.
Proof.
  intros eta mu L h x0 k P I E S beta. destruct (below_polyak_step eta mu L h P I E S) as [A _].
  eapply Rle_trans; [apply C6_scaled_first_step with (mu := mu) (L := L); assumption |].
  rewrite <- (Rmult_1_l (Rabs x0)) at 2. apply Rmult_le_compat_r; [apply Rabs_pos |].
  set (r := 1 - sqrt (eta * mu)) in *. clear - A. induction k as [| k IH]; [simpl; lra |].
  eapply Rle_trans; [apply (C6_nonincreasing r k A) | exact IH].
Qed.

(* C6 from rest: the bound with the root. For eta L < (1 + r)^2. *)

Theorem C6_from_rest : forall eta mu L h x0 k, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 ->
  let r := 1 - sqrt (eta * mu) in eta * L < (1 + r) ^ 2 ->
  Rabs (iterate (critically_damped eta mu) h x0 k) <= r ^ k * (sqrt (4 * r / ((1 + r) ^ 2 - eta * L)) + INR k * (1 - r)) * Rabs x0.
Proof.
  intros eta mu L h x0 k P I E S r strict. destruct (below_polyak_step eta mu L h P I E S) as [[A A1] [_ [_ B]]]. fold r in A, A1, B.
  unfold critically_damped. fold r. rewrite heavy_ball_residual. apply times_start. set (a := 1 + r ^ 2 - eta * h) in *.
  replace (W a (r ^ 2) (Datatypes.S k) - r ^ 2 * W a (r ^ 2) k) with
    ((W a (r ^ 2) (Datatypes.S k) - r * W a (r ^ 2) k) + (1 - r) * (r * W a (r ^ 2) k)) by ring.
  rewrite Rmult_plus_distr_l. apply triangle.
  - assert (D : 0 < (1 + r) ^ 2 - eta * L) by lra.
    assert (low : (1 + r) ^ 2 - eta * L <= 2 * r + a) by (unfold a; assert (eta * h <= eta * L) by (apply Rmult_le_compat_l; lra); lra).
    assert (Q : 0 <= 4 * r / ((1 + r) ^ 2 - eta * L)) by (apply Rmult_le_pos; [lra | apply Rlt_le, Rinv_0_lt_compat; exact D]).
    apply abs_le_of_squares; [apply Rmult_le_pos; [apply pow_le; exact A | apply sqrt_pos] |].
    rewrite Rpow_mult_distr, pow2_sqrt by exact Q.
    pose proof (difference_bound a r B k) as G. set (g := W a (r ^ 2) (Datatypes.S k) - r * W a (r ^ 2) k) in *.
    assert (G2 : g ^ 2 * ((1 + r) ^ 2 - eta * L) <= 4 * r * (r ^ k) ^ 2).
    { eapply Rle_trans; [| exact G]. apply Rmult_le_compat_l; [apply pow2_ge_0 | exact low]. }
    apply (Rmult_le_reg_r ((1 + r) ^ 2 - eta * L)); [exact D |].
    replace ((r ^ k) ^ 2 * (4 * r / ((1 + r) ^ 2 - eta * L)) * ((1 + r) ^ 2 - eta * L)) with (4 * r * (r ^ k) ^ 2) by (field; lra). exact G2.
  - rewrite Rabs_mult, (Rabs_right (1 - r)), Rabs_mult, (Rabs_right r) by lra.
    replace (r ^ k * (INR k * (1 - r))) with ((1 - r) * (INR k * r ^ k)) by ring.
    apply Rmult_le_compat_l; [lra | apply rW_bound; assumption].
Qed.

(* C7: eta = 1/L from rest, for all kappa *)

Theorem C7_one_over_L : forall mu L h x0 k, 0 < mu -> mu <= h <= L ->
  let s := 1 / sqrt (L / mu) in let r := 1 - s in
  Rabs (iterate (critically_damped (1 / L) mu) h x0 k) <= (2 / sqrt (2 + r) + INR k * s) * r ^ k * Rabs x0.
Proof.
  intros mu L h x0 k P I s r.
  assert (K : 1 <= L / mu) by (apply (Rmult_le_reg_r mu); [lra | unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra]).
  assert (root : 1 <= sqrt (L / mu)) by (rewrite <- sqrt_1; apply sqrt_le_1_alt; exact K).
  assert (s0 : 0 < s <= 1).
  { unfold s. split; [apply Rdiv_lt_0_compat; lra |]. apply (Rmult_le_reg_r (sqrt (L / mu))); [lra |].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (square : s ^ 2 = 1 / L * mu).
  { unfold s, Rdiv. rewrite Rpow_mult_distr, pow_inv, pow2_sqrt by (unfold Rdiv in K; lra). field. lra. }
  assert (A : 0 <= r) by (unfold r; lra).
  assert (high : 1 / L * h <= 1) by (apply (Rmult_le_reg_l L); [lra | replace (L * (1 / L * h)) with h by (field; lra); lra]).
  assert (low : 1 / L * mu <= 1 / L * h) by (apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra | lra]).
  assert (B : Rabs (1 + r ^ 2 - 1 / L * h) <= 2 * r).
  { assert (r ^ 2 = 1 - 2 * s + s ^ 2) by (unfold r; ring). pose proof (pow2_ge_0 r). apply Rabs_le. unfold r in *. lra. }
  unfold critically_damped. replace (sqrt (1 / L * mu)) with s.
  2: { rewrite <- square. symmetry. apply sqrt_pow2. lra. }
  fold r. rewrite heavy_ball_residual. apply times_start. set (a := 1 + r ^ 2 - 1 / L * h) in *.
  replace (W a (r ^ 2) (S k) - r ^ 2 * W a (r ^ 2) k) with
    ((W a (r ^ 2) (S k) - r * W a (r ^ 2) k) + (1 - r) * (r * W a (r ^ 2) k)) by ring.
  rewrite Rmult_plus_distr_r. apply triangle.
  - assert (Q : 0 < sqrt (2 + r)) by (apply sqrt_lt_R0; lra).
    apply abs_le_of_squares; [apply Rmult_le_pos; [apply Rlt_le, Rdiv_lt_0_compat; lra | apply pow_le; exact A] |].
    rewrite Rpow_mult_distr. unfold Rdiv. rewrite Rpow_mult_distr, pow_inv, pow2_sqrt by lra.
    apply (Rmult_le_reg_r (2 + r)); [lra |].
    replace (2 ^ 2 * / (2 + r) * (r ^ k) ^ 2 * (2 + r)) with (4 * (r ^ k) ^ 2) by (field; lra).
    set (g := W a (r ^ 2) (S k) - r * W a (r ^ 2) k) in *.
    destruct (Rle_lt_or_eq_dec 0 r A) as [positive | zero].
    + pose proof (difference_bound a r B k) as G. fold g in G.
      assert (G2 : g ^ 2 * (r * (2 + r)) <= r * (4 * (r ^ k) ^ 2)).
      { replace (r * (4 * (r ^ k) ^ 2)) with (4 * r * (r ^ k) ^ 2) by ring. eapply Rle_trans; [| exact G].
        apply Rmult_le_compat_l; [apply pow2_ge_0 | unfold a; lra]. }
      apply (Rmult_le_reg_l r); [exact positive | lra].
    + assert (a = 0) as a0.
      { rewrite <- zero in B. unfold Rabs in B. destruct (Rcase_abs a); lra. }
      unfold g. rewrite a0, <- zero. destruct k as [| [| k]]; simpl; lra.
  - rewrite Rabs_mult, (Rabs_right (1 - r)), Rabs_mult, (Rabs_right r) by (unfold r; lra).
    replace (INR k * s * r ^ k) with ((1 - r) * (INR k * r ^ k)) by (unfold r; ring).
    apply Rmult_le_compat_l; [unfold r; lra | apply rW_bound; assumption].
Qed.

(* C9: Nesterov *)

Theorem C9_nesterov : forall eta mu L h x0 k, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 1 / L ->
  let s := sqrt (eta * mu) in
  Rabs (iterate (nesterov eta ((1 - s) / (1 + s))) h x0 k) <= (1 - s) ^ k * (1 + INR k * s) * Rabs x0.
Proof.
  intros eta mu L h x0 k P [low high] E S s.
  assert (s0 : 0 < s) by (apply sqrt_lt_R0, Rmult_lt_0_compat; assumption).
  assert (square : s ^ 2 = eta * mu) by (apply pow2_sqrt, Rlt_le, Rmult_lt_0_compat; assumption).
  assert (eL : eta * L <= 1).
  { apply (Rmult_le_compat_r L) in S; [| lra]. unfold Rdiv in S. rewrite Rmult_assoc, Rinv_l in S; lra. }
  assert (em : eta * mu <= eta * h) by (apply Rmult_le_compat_l; lra).
  assert (el : eta * h <= eta * L) by (apply Rmult_le_compat_l; lra).
  assert (s1 : s <= 1).
  { apply Rnot_lt_le. intro G. assert (1 * 1 < s * s) by (apply Rmult_le_0_lt_compat; lra). simpl in square. lra. }
  set (beta := (1 - s) / (1 + s)). set (q := 1 - eta * h).
  assert (b0 : 0 <= beta <= 1).
  { unfold beta. split; [apply Rmult_le_pos; [lra | apply Rlt_le, Rinv_0_lt_compat; lra] |].
    apply (Rmult_le_reg_r (1 + s)); [lra |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (q0 : 0 <= q <= 1 - s ^ 2) by (unfold q; lra).
  assert (qb : 0 <= q * beta) by (apply Rmult_le_pos; lra).
  set (rho := sqrt (q * beta)).
  assert (rho0 : 0 <= rho) by apply sqrt_pos.
  assert (rho2 : rho ^ 2 = q * beta) by (apply pow2_sqrt; exact qb).
  assert (top : q * beta <= (1 - s) ^ 2).
  { replace ((1 - s) ^ 2) with ((1 - s ^ 2) * beta) by (unfold beta; field; lra). apply Rmult_le_compat_r; lra. }
  assert (rho1 : rho <= 1 - s).
  { unfold rho. rewrite <- (sqrt_pow2 (1 - s)) by lra. apply sqrt_le_1_alt. exact top. }
  set (a := q * (1 + beta)).
  assert (a0 : 0 <= a) by (apply Rmult_le_pos; lra).
  assert (inside : Rabs a <= 2 * rho).
  { apply abs_le_of_squares; [lra |]. rewrite Rpow_mult_distr, rho2. unfold a. rewrite Rpow_mult_distr.
    replace (2 ^ 2 * (q * beta)) with (q * (4 * beta)) by ring. replace (q ^ 2 * (1 + beta) ^ 2) with (q * (q * (1 + beta) ^ 2)) by ring.
    apply Rmult_le_compat_l; [lra |].
    replace (4 * beta) with ((1 - s ^ 2) * (1 + beta) ^ 2) by (unfold beta; field; lra).
    apply Rmult_le_compat_r; [apply pow2_ge_0 | lra]. }
  assert (above : rho ^ 2 <= a / 2).
  { rewrite rho2. unfold a. assert (0 <= q * (1 - beta)) by (apply Rmult_le_pos; lra). lra. }
  unfold nesterov. rewrite from_rest.
  replace (trace (Coefficients eta beta beta) h) with a by (unfold trace, a, q; cbn [step_size momentum lookahead]; ring).
  replace (determinant (Coefficients eta beta beta) h) with (rho ^ 2) by (rewrite rho2; unfold determinant, q; cbn [step_size momentum lookahead]; ring).
  apply times_start.
  apply Rle_trans with (with_double_root rho k).
  - replace (W a (rho ^ 2) (Datatypes.S k) - rho ^ 2 * W a (rho ^ 2) k) with (T a (rho ^ 2) k + (a / 2 - rho ^ 2) * W a (rho ^ 2) k)
      by (rewrite T_by_W; ring).
    unfold with_double_root. rewrite Rmult_plus_distr_l, Rmult_1_r. apply triangle; [apply T_bound; assumption |].
    rewrite Rabs_mult, (Rabs_right (a / 2 - rho ^ 2)) by lra.
    pose proof (Rle_abs a) as aa. pose proof (rW_bound a rho rho0 inside k) as B. pose proof (Rabs_pos (W a (rho ^ 2) k)) as C.
    apply Rle_trans with ((1 - rho) * (rho * Rabs (W a (rho ^ 2) k))).
    + replace ((1 - rho) * (rho * Rabs (W a (rho ^ 2) k))) with ((rho - rho ^ 2) * Rabs (W a (rho ^ 2) k)) by ring.
      apply Rmult_le_compat_r; [exact C | lra].
    + replace (rho ^ k * (INR k * (1 - rho))) with ((1 - rho) * (INR k * rho ^ k)) by ring. apply Rmult_le_compat_l; [lra | exact B].
  - replace ((1 - s) ^ k * (1 + INR k * s)) with (with_double_root (1 - s) k)
      by (unfold with_double_root; replace (1 - (1 - s)) with s by ring; reflexivity).
    apply with_double_root_increasing; lra.
Qed.

Theorem C9_attained_at_mu : forall eta mu x0 k, 0 <= eta * mu ->
  let s := sqrt (eta * mu) in
  iterate (nesterov eta ((1 - s) / (1 + s))) mu x0 k = (1 - s) ^ k * (1 + INR k * s) * x0.
Proof.
  intros eta mu x0 k P s. assert (square : eta * mu = s ^ 2) by (symmetry; apply pow2_sqrt; exact P).
  assert (s0 : 0 <= s) by apply sqrt_pos. unfold nesterov. rewrite from_rest.
  replace (trace (Coefficients eta ((1 - s) / (1 + s)) ((1 - s) / (1 + s))) mu) with (2 * (1 - s))
    by (unfold trace; cbn [step_size momentum lookahead]; rewrite square; field; lra).
  replace (determinant (Coefficients eta ((1 - s) / (1 + s)) ((1 - s) / (1 + s))) mu) with ((1 - s) ^ 2)
    by (unfold determinant; cbn [step_size momentum lookahead]; rewrite square; field; lra).
  rewrite W_double. replace ((1 - s) ^ 2 * W (2 * (1 - s)) ((1 - s) ^ 2) k) with ((1 - s) * ((1 - s) * W (2 * (1 - s)) ((1 - s) ^ 2) k)) by ring.
  rewrite rW_double. ring.
Qed.
