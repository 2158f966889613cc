(* D1, the lower side: no polynomial of degree at most k with value 1 at 0 is smaller on [mu, L] than that of Chebyshev's method.

   At k + 1 points Chebyshev's polynomial is plus and minus its maximum in turn. One that is smaller at all of them differs from it by a
   polynomial of degree at most k with a root between any two of them, and one at 0: k + 1 roots, so it is the zero polynomial. *)
Require Import Reals Lra Lia List Recurrence Chebyshev Methods Iterates ChebyshevMethod.
Local Open Scope R_scope.

(* Polynomials by their coefficients, the constant term first *)

Fixpoint value (c : list R) (x : R) : R := match c with nil => 0 | a :: rest => a + x * value rest x end.

Definition polynomial (n : nat) (f : R -> R) : Prop := exists c, (length c <= S n)%nat /\ forall x, f x = value c x.

Fixpoint plus (c d : list R) : list R :=
  match c, d with
  | nil, _ => d
  | _, nil => c
  | a :: c', b :: d' => (a + b) :: plus c' d'
  end.

Lemma value_plus : forall c d x, value (plus c d) x = value c x + value d x.
Proof. induction c as [| a c IH]; intros [| b d] x; simpl; try ring. rewrite IH. ring. Qed.

Lemma length_plus : forall c d n, (length c <= n)%nat -> (length d <= n)%nat -> (length (plus c d) <= n)%nat.
Proof.
  induction c as [| a c IH]; intros [| b d] n C D; simpl in *; try lia. destruct n as [| n]; [lia |].
  pose proof (IH d n). lia.
Qed.

Lemma value_scaled : forall a c x, value (map (Rmult a) c) x = a * value c x.
Proof. intros a c x. induction c as [| b c IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma polynomial_constant : forall n a, polynomial n (fun _ => a).
Proof. intros n a. exists (a :: nil). split; [simpl; lia | intro x; simpl; ring]. Qed.

Lemma polynomial_plus : forall n f g, polynomial n f -> polynomial n g -> polynomial n (fun x => f x + g x).
Proof.
  intros n f g [c [C F]] [d [D G]]. exists (plus c d). split; [apply length_plus; assumption |].
  intro x. rewrite value_plus, F, G. reflexivity.
Qed.

Lemma polynomial_scaled : forall n a f, polynomial n f -> polynomial n (fun x => a * f x).
Proof.
  intros n a f [c [C F]]. exists (map (Rmult a) c). split; [rewrite map_length; exact C |]. intro x. rewrite value_scaled, F. reflexivity.
Qed.

Lemma polynomial_higher : forall n f, polynomial n f -> polynomial (S n) f.
Proof. intros n f [c [C F]]. exists c. split; [lia | exact F]. Qed.

Lemma polynomial_times_linear : forall n a b f, polynomial n f -> polynomial (S n) (fun x => (a + b * x) * f x).
Proof.
  intros n a b f [c [C F]]. exists (plus (map (Rmult a) c) (0 :: map (Rmult b) c)). split.
  - apply length_plus; simpl; rewrite map_length; lia.
  - intro x. rewrite value_plus. simpl. rewrite !value_scaled, F. ring.
Qed.

Lemma polynomial_same : forall n f g, (forall x, f x = g x) -> polynomial n f -> polynomial n g.
Proof. intros n f g E [c [C F]]. exists c. split; [exact C |]. intro x. rewrite <- E. apply F. Qed.

Lemma value_continuous : forall c, continuity (value c).
Proof.
  induction c as [| a c IH].
  - apply continuity_const. intros x y. reflexivity.
  - apply (continuity_plus (fct_cte a) (fun x => x * value c x)); [apply continuity_const; intros x y; reflexivity |].
    apply (continuity_mult id (value c)); [apply derivable_continuous, derivable_id | exact IH].
Qed.

(* Division by x - a, and the number of roots *)

Lemma divided : forall a c first, exists q, length q = length c /\
  forall x, value (first :: c) x = value (first :: c) a + (x - a) * value q x.
Proof.
  intros a c. induction c as [| b c IH]; intro first.
  - exists nil. split; [reflexivity | intro x; simpl; ring].
  - destruct (IH b) as [q [N Q]]. exists (value (b :: c) a :: q). split; [simpl; rewrite N; reflexivity |].
    intro x. change (value (first :: b :: c) x) with (first + x * value (b :: c) x).
    change (value (first :: b :: c) a) with (first + a * value (b :: c) a). rewrite (Q x). simpl. ring.
Qed.

Theorem too_many_roots : forall roots c, (length c <= length roots)%nat -> NoDup roots -> (forall r, In r roots -> value c r = 0) ->
  forall x, value c x = 0.
Proof.
  induction roots as [| a roots IH]; intros c N different zero x.
  - destruct c; [reflexivity | simpl in N; lia].
  - destruct c as [| first c]; [reflexivity |]. destruct (divided a c first) as [q [M Q]]. simpl in N.
    inversion different as [| ? ? absent others]; subst.
    assert (Za : value (first :: c) a = 0) by (apply zero; left; reflexivity).
    assert (Zq : forall y, value q y = 0).
    { apply IH; [lia | exact others |]. intros r R1. assert (Zr : value (first :: c) r = 0) by (apply zero; right; exact R1).
      rewrite Q, Za in Zr. assert (apart : r - a <> 0).
      { intro E. apply absent. replace a with r by lra. exact R1. }
      apply (Rmult_eq_reg_l (r - a)); [lra | exact apart]. }
    rewrite Q, Za, Zq. ring.
Qed.

(* Chebyshev polynomials of cosines *)

Lemma chebyshev_of_cosine : forall t k, cheb_T (cos t) k = cos (INR k * t).
Proof.
  intros t k. destruct (T_recurrence (cos t)) as [zero [one next]].
  cut (cheb_T (cos t) k = cos (INR k * t) /\ cheb_T (cos t) (S k) = cos (INR (S k) * t)); [tauto |].
  induction k as [| k [A B]].
  - rewrite zero, one. simpl. rewrite Rmult_0_l, cos_0, Rmult_1_l. split; reflexivity.
  - split; [exact B |]. rewrite next, A, B, !S_INR.
    replace ((INR k + 1 + 1) * t) with ((INR k + 1) * t + t) by ring. replace (INR k * t) with ((INR k + 1) * t - t) by ring.
    rewrite cos_plus, cos_minus. ring.
Qed.

Lemma cosine_of_multiple : forall i, cos (INR i * PI) = (-1) ^ i.
Proof.
  induction i as [| i IH]; [simpl; rewrite Rmult_0_l; apply cos_0 |].
  rewrite S_INR. replace ((INR i + 1) * PI) with (INR i * PI + PI) by ring. rewrite neg_cos, IH. simpl. ring.
Qed.

Section minimax.
  Context (mu L : R) (k : nat) (p : R -> R).
  Hypothesis mu_positive : 0 < mu.
  Hypothesis mu_L : mu < L.
  Hypothesis p_polynomial : polynomial k p.
  Hypothesis p_at_0 : p 0 = 1.

  Let total := L + mu.
  Let gap := ((L - mu) / 2) ^ 2.
  Let d := T total gap k.
  Let M := ((L - mu) / 2) ^ k / d.
  Let best h := T (total - 2 * h) gap k / d.
  Let node i := total / 2 - (L - mu) / 2 * cos (INR i * PI / INR k).
  Let g h := best h + -1 * p h.

  Lemma d_is_positive : 0 < d.
  Proof. exact (d_positive mu L mu_positive (Rlt_le _ _ mu_L) k). Qed.

  Lemma T_polynomial : forall j, polynomial j (fun h => T (total - 2 * h) gap j).
  Proof.
    intro j. cut (polynomial j (fun h => T (total - 2 * h) gap j) /\ polynomial (S j) (fun h => T (total - 2 * h) gap (S j))); [tauto |].
    induction j as [| j [now next]].
    - split; [exact (polynomial_constant 0 1) |].
      apply (polynomial_same _ (fun h => (total / 2 + -1 * h) * 1)); [intro x; simpl; field |].
      apply (polynomial_times_linear 0 _ _ (fun _ => 1)), polynomial_constant.
    - split; [exact next |].
      apply (polynomial_same _ (fun h => (total + -2 * h) * T (total - 2 * h) gap (S j) + - gap * T (total - 2 * h) gap j)).
      + intro x. rewrite T_step. ring.
      + apply polynomial_plus; [apply polynomial_times_linear; exact next | apply polynomial_scaled, polynomial_higher, polynomial_higher; exact now].
  Qed.

  Lemma g_polynomial : polynomial k g.
  Proof.
    apply (polynomial_same _ (fun h => / d * T (total - 2 * h) gap k + -1 * p h)); [intro x; unfold g, best; field; pose proof d_is_positive; lra |].
    apply polynomial_plus; apply polynomial_scaled; [apply T_polynomial | exact p_polynomial].
  Qed.

  Lemma g_at_0 : g 0 = 0.
  Proof.
    unfold g, best. rewrite p_at_0. replace (total - 2 * 0) with total by ring. fold d. field. pose proof d_is_positive. lra.
  Qed.

  Lemma best_at_node : forall i, (i <= k)%nat -> best (node i) = (-1) ^ i * M.
  Proof.
    intros i I. unfold best, node, M. replace (total - 2 * (total / 2 - (L - mu) / 2 * cos (INR i * PI / INR k)))
      with (2 * ((L - mu) / 2) * cos (INR i * PI / INR k)) by field.
    unfold gap. rewrite (proj2 (scaled _ _ k)), chebyshev_of_cosine.
    replace (cos (INR k * (INR i * PI / INR k))) with ((-1) ^ i); [field; pose proof d_is_positive; lra |].
    destruct k as [| j]; [replace i with O by lia; simpl; rewrite Rmult_0_l, cos_0; reflexivity |].
    replace (INR (S j) * (INR i * PI / INR (S j))) with (INR i * PI) by (field; apply not_0_INR; discriminate).
    symmetry. apply cosine_of_multiple.
  Qed.

  Lemma node_increases : forall i, (i < k)%nat -> node i < node (S i).
  Proof.
    intros i I. assert (K : 0 < INR k) by (apply lt_0_INR; lia). assert (P := PI_RGT_0). pose proof (pos_INR i) as N.
    assert (W1 : INR (S i) <= INR k) by (apply le_INR; lia).
    assert (A : INR i * PI / INR k < INR (S i) * PI / INR k).
    { unfold Rdiv. rewrite S_INR. apply Rmult_lt_compat_r; [apply Rinv_0_lt_compat; exact K |]. lra. }
    assert (B : INR (S i) * PI / INR k <= PI).
    { apply (Rmult_le_reg_r (INR k)); [exact K |]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
      rewrite Rmult_comm. apply Rmult_le_compat_l; lra. }
    assert (C : 0 <= INR i * PI / INR k).
    { apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply Rlt_le, Rinv_0_lt_compat; exact K]. }
    assert (D : cos (INR (S i) * PI / INR k) < cos (INR i * PI / INR k)) by (apply cos_decreasing_1; lra).
    unfold node. assert ((L - mu) / 2 * cos (INR (S i) * PI / INR k) < (L - mu) / 2 * cos (INR i * PI / INR k)) by (apply Rmult_lt_compat_l; lra). lra.
  Qed.

  Lemma node_inside : forall i, mu <= node i <= L.
  Proof.
    intro i. pose proof (COS_bound (INR i * PI / INR k)) as [A B]. unfold node, total.
    assert ((L - mu) / 2 * cos (INR i * PI / INR k) <= (L - mu) / 2 * 1) by (apply Rmult_le_compat_l; lra).
    assert ((L - mu) / 2 * -1 <= (L - mu) / 2 * cos (INR i * PI / INR k)) by (apply Rmult_le_compat_l; lra). lra.
  Qed.

  Section all_smaller.
    Hypothesis smaller : forall i, (i <= k)%nat -> Rabs (p (node i)) < M.

    Lemma sign_at_node : forall i, (i <= k)%nat -> 0 < (-1) ^ i * g (node i).
    Proof.
      intros i I. unfold g. rewrite (best_at_node i I). pose proof (smaller i I) as S1.
      pose proof (Rle_abs (p (node i))) as A. pose proof (Rle_abs (- p (node i))) as B. rewrite Rabs_Ropp in B.
      assert (E : (-1) ^ i * (-1) ^ i = 1) by (rewrite <- Rpow_mult_distr; replace (-1 * -1) with 1 by ring; apply pow1).
      replace ((-1) ^ i * ((-1) ^ i * M + -1 * p (node i))) with ((-1) ^ i * (-1) ^ i * M - (-1) ^ i * p (node i)) by ring. rewrite E.
      destruct (Nat.Even_or_Odd i) as [[j J] | [j J]]; rewrite J.
      - rewrite pow_1_even. rewrite J in *. lra.
      - replace (2 * j + 1)%nat with (S (2 * j)) in * by lia. rewrite pow_1_odd. rewrite J in *. lra.
    Qed.

    Lemma roots_between : forall j, (j <= k)%nat -> exists roots, length roots = j /\ NoDup roots /\
      (forall r, In r roots -> g r = 0) /\ (forall r, In r roots -> mu < r /\ r < node j).
    Proof.
      destruct g_polynomial as [c [_ G]].
      induction j as [| j IH]; intro J.
      - exists nil. repeat split; try constructor; contradiction.
      - destruct IH as [roots [N [different [zero below]]]]; [lia |].
        pose proof (sign_at_node j ltac:(lia)) as A. pose proof (sign_at_node (S j) J) as B. simpl in B.
        assert (change : g (node j) * g (node (S j)) <= 0).
        { assert (E : (-1) ^ j * (-1) ^ j = 1) by (rewrite <- Rpow_mult_distr; replace (-1 * -1) with 1 by ring; apply pow1).
          pose proof (Rmult_lt_0_compat _ _ A B) as C.
          replace ((-1) ^ j * g (node j) * (-1 * (-1) ^ j * g (node (S j)))) with (- ((-1) ^ j * (-1) ^ j) * (g (node j) * g (node (S j)))) in C by ring.
          rewrite E in C. lra. }
        pose proof (node_increases j J) as up.
        destruct (IVT_cor (value c) (node j) (node (S j)) (value_continuous c) (Rlt_le _ _ up)) as [z [[low high] Z]].
        { rewrite <- !G. exact change. }
        rewrite <- G in Z.
        assert (left_open : node j < z).
        { destruct low as [low | low]; [exact low | rewrite low, Z in A; lra]. }
        assert (right_open : z < node (S j)).
        { destruct high as [high | high]; [exact high | rewrite <- high, Z in B; lra]. }
        exists (z :: roots). split; [simpl; rewrite N; reflexivity |]. split.
        { constructor; [| exact different]. intro inside. pose proof (below z inside). lra. }
        split; intros r [E | inside].
        + rewrite <- E. exact Z.
        + apply zero. exact inside.
        + rewrite <- E. pose proof (node_inside j). lra.
        + pose proof (below r inside). lra.
    Qed.

    Lemma impossible : False.
    Proof.
      destruct (roots_between k (le_n k)) as [roots [N [different [zero below]]]]. destruct g_polynomial as [c [C G]].
      assert (all : forall x, value c x = 0).
      { apply (too_many_roots (0 :: roots)); [simpl; lia | |].
        - constructor; [| exact different]. intro inside. pose proof (below 0 inside). lra.
        - intros r [E | inside]; rewrite <- G; [rewrite <- E; apply g_at_0 | apply zero; exact inside]. }
      pose proof (sign_at_node 0 (Nat.le_0_l k)) as S1. rewrite G, all in S1. lra.
    Qed.
  End all_smaller.

  Lemma some_node : forall j, (exists i, (i <= j)%nat /\ M <= Rabs (p (node i))) \/ (forall i, (i <= j)%nat -> Rabs (p (node i)) < M).
  Proof.
    induction j as [| j [[i [I S1]] | all]].
    - destruct (Rle_or_lt M (Rabs (p (node 0)))) as [A | A]; [left; exists O; split; [lia | exact A] |].
      right. intros i I. replace i with O by lia. exact A.
    - left. exists i. split; [lia | exact S1].
    - destruct (Rle_or_lt M (Rabs (p (node (S j))))) as [A | A]; [left; exists (S j); split; [lia | exact A] |].
      right. intros i I. destruct (Nat.eq_dec i (S j)) as [E | E]; [rewrite E; exact A | apply all; lia].
  Qed.

  Theorem D1_minimax : let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
    exists h, mu <= h <= L /\ 2 * rho ^ k / (1 + rho ^ (2 * k)) <= Rabs (p h).
  Proof.
    intro rho. unfold rho. rewrite <- (bound_is mu L mu_positive (Rlt_le _ _ mu_L) k).
    destruct (some_node k) as [[i [I S1]] | all]; [| destruct (impossible all)].
    exists (node i). split; [apply node_inside | exact S1].
  Qed.
End minimax.

(* The same where mu = L is allowed: the bound is then 1 for k = 0, and 0 for all others. *)
Corollary D1_minimax_weak : forall mu L k p, 0 < mu -> mu <= L -> polynomial k p -> p 0 = 1 ->
  let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
  exists h, mu <= h <= L /\ 2 * rho ^ k / (1 + rho ^ (2 * k)) <= Rabs (p h).
Proof.
  intros mu L k p P I Pp P0 rho. destruct (Rle_lt_or_eq_dec mu L I) as [less | equal].
  - exact (D1_minimax mu L k p P less Pp P0).
  - exists mu. split; [lra |]. assert (zero : rho = 0).
    { unfold rho. rewrite <- equal. unfold Rminus, Rdiv. rewrite Rplus_opp_r. ring. }
    rewrite zero. destruct k as [| k].
    + destruct Pp as [[| a [| b c]] [C F]]; simpl in C; try lia; rewrite F in P0 |- *; simpl in P0 |- *; [lra |].
      replace (a + mu * 0) with 1 by lra. rewrite Rabs_R1. lra.
    + rewrite pow_ne_zero by discriminate. unfold Rdiv. rewrite Rmult_0_r, Rmult_0_l. apply Rabs_pos.
Qed.

(* Every method of the family, however its coefficients change, has such a polynomial. *)
Theorem residual_is_a_polynomial : forall m k, exists p, polynomial k p /\ p 0 = 1 /\ forall h x0, iterate m h x0 k = p h * x0.
Proof.
  intros m k.
  cut ((exists p, polynomial k p /\ p 0 = 1 /\ forall h x0, iterate m h x0 k = p h * x0) /\
       (exists p, polynomial (S k) p /\ p 0 = 1 /\ forall h x0, iterate m h x0 (S k) = p h * x0)); [tauto |].
  induction k as [| k [[p [P [P0 now]]] [q [Q [Q0 next]]]]].
  - split.
    + exists (fun _ => 1). split; [apply polynomial_constant |]. split; [reflexivity |]. intros h x0. unfold iterate. simpl. ring.
    + exists (fun h => (1 + - step_size (m O) * h) * 1). split; [apply (polynomial_times_linear 0 _ _ (fun _ => 1)), polynomial_constant |].
      split; [ring |]. intros h x0. rewrite iterate_first. unfold step. ring.
  - split; [exists q; repeat split; assumption |].
    exists (fun h => (1 + momentum (m (S k)) + - (step_size (m (S k)) * (1 + lookahead (m (S k)))) * h) * q h +
                     (- momentum (m (S k)) + step_size (m (S k)) * lookahead (m (S k)) * h) * p h).
    split; [| split].
    + apply polynomial_plus; [apply polynomial_times_linear; exact Q | apply polynomial_higher, polynomial_times_linear; exact P].
    + rewrite P0, Q0. ring.
    + intros h x0. rewrite iterate_next, next, now. unfold step. ring.
Qed.

Theorem D1_no_method_is_better : forall m mu L k, 0 < mu -> mu <= L ->
  let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
  exists h, mu <= h <= L /\ forall x0, 2 * rho ^ k / (1 + rho ^ (2 * k)) * Rabs x0 <= Rabs (iterate m h x0 k).
Proof.
  intros m mu L k P I rho. destruct (residual_is_a_polynomial m k) as [p [Pp [P0 is]]].
  destruct (D1_minimax_weak mu L k p P I Pp P0) as [h [H B]]. exists h. split; [exact H |].
  intro x0. rewrite is, Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos | exact B].
Qed.
