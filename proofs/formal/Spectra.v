(* From one eigenvalue to a spectrum: a finite list of eigenvalues with the coordinates of x_0 in an orthonormal eigenbasis.

   The norm of x_k is the root of the sum of the squares of its coordinates, each of which moves on its own eigenvalue. That a symmetric
   matrix has such a basis is the only step left. *)
Require Import Reals Lra List Methods Iterates ChebyshevMethod.
Local Open Scope R_scope.

Definition norm (x : list R) : R := sqrt (fold_right (fun c sum => c ^ 2 + sum) 0 x).

Definition start (spectrum : list (R * R)) : list R := map snd spectrum.

Definition after (k : nat) (method : nat -> coefficients) (spectrum : list (R * R)) : list R :=
  map (fun hc => iterate method (fst hc) (snd hc) k) spectrum.

Definition within (mu L : R) (spectrum : list (R * R)) : Prop := Forall (fun hc => mu <= fst hc <= L) spectrum.

Theorem every_bound_holds_of_norms : forall mu L method k B spectrum,
  (forall h x0, mu <= h <= L -> Rabs (iterate method h x0 k) <= B * Rabs x0) -> within mu L spectrum ->
  norm (after k method spectrum) <= B * norm (start spectrum).
Proof.
  intros mu L method k B spectrum each inside. destruct spectrum as [| first rest].
  - unfold norm, after, start. simpl. rewrite sqrt_0. lra.
  - assert (positive : 0 <= B).
    { pose proof (Forall_inv inside) as I. pose proof (each (fst first) 1 I) as E. rewrite Rabs_R1 in E.
      pose proof (Rabs_pos (iterate method (fst first) 1 k)). lra. }
    revert inside. generalize (first :: rest). intros all inside. unfold norm.
    rewrite <- (sqrt_pow2 B) by exact positive. rewrite <- sqrt_mult_alt by apply pow2_ge_0. apply sqrt_le_1_alt.
    induction inside as [| [h c] others I others_inside IH]; cbn [map fold_right fst snd after start]; [lra |].
    simpl in I. pose proof (each h c I) as E.
    assert (S : iterate method h c k ^ 2 <= B ^ 2 * c ^ 2).
    { rewrite <- Rpow_mult_distr, <- (pow2_abs (iterate method h c k)), <- (pow2_abs (B * c)), Rabs_mult, (Rabs_right B) by lra.
      apply pow_incr. split; [apply Rabs_pos | exact E]. }
    unfold after, start in IH. rewrite Rmult_plus_distr_l. apply Rplus_le_compat; [exact S | exact IH].
Qed.

Section ledger.
  Context (mu L : R) (spectrum : list (R * R)).
  Hypothesis mu_positive : 0 < mu.
  Hypothesis mu_L : mu <= L.
  Hypothesis inside : within mu L spectrum.

  Theorem C1_spectrum : forall eta k, norm (after k (gradient_descent eta) spectrum) <=
    Rmax (Rabs (1 - eta * mu)) (Rabs (1 - eta * L)) ^ k * norm (start spectrum).
  Proof. intros eta k. apply every_bound_holds_of_norms with (mu := mu) (L := L); [| exact inside]. intros. apply C1_gradient_descent. assumption. Qed.

  Theorem C2_spectrum : forall eta k, 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 -> let r := 1 - sqrt (eta * mu) in
    norm (after k (critically_damped eta mu) spectrum) <= r ^ k * (1 + INR k * (1 + r)) * norm (start spectrum).
  Proof.
    intros eta k E S r. apply every_bound_holds_of_norms with (mu := mu) (L := L); [| exact inside].
    intros. apply C2_critically_damped with (L := L); assumption.
  Qed.

  Theorem C3_spectrum : forall k, let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
    norm (after k (polyak mu L) spectrum) <= rho ^ k * (1 + INR k * (1 + rho)) * norm (start spectrum).
  Proof. intros k rho. apply every_bound_holds_of_norms with (mu := mu) (L := L); [| exact inside]. intros. apply C3_polyak; assumption. Qed.

  Theorem C6_spectrum : forall eta k, 0 < eta -> eta <= 4 / (sqrt L + sqrt mu) ^ 2 ->
    let r := 1 - sqrt (eta * mu) in let beta := r ^ 2 in
    norm (after k (heavy_ball_with_first_step eta beta (eta / (1 + beta))) spectrum) <=
    r ^ k * (1 + INR k * ((1 - beta) / (1 + beta))) * norm (start spectrum).
  Proof.
    intros eta k E S r beta. apply every_bound_holds_of_norms with (mu := mu) (L := L); [| exact inside].
    intros. apply C6_scaled_first_step with (L := L); assumption.
  Qed.

  Theorem C7_spectrum : forall k, let s := 1 / sqrt (L / mu) in let r := 1 - s in
    norm (after k (critically_damped (1 / L) mu) spectrum) <= (2 / sqrt (2 + r) + INR k * s) * r ^ k * norm (start spectrum).
  Proof. intros k s r. apply every_bound_holds_of_norms with (mu := mu) (L := L); [| exact inside]. intros. apply C7_one_over_L; assumption. Qed.

  Theorem C9_spectrum : forall eta k, 0 < eta -> eta <= 1 / L -> let s := sqrt (eta * mu) in
    norm (after k (nesterov eta ((1 - s) / (1 + s))) spectrum) <= (1 - s) ^ k * (1 + INR k * s) * norm (start spectrum).
  Proof.
    intros eta k E S s. apply every_bound_holds_of_norms with (mu := mu) (L := L); [| exact inside].
    intros. apply C9_nesterov with (L := L); assumption.
  Qed.

  Theorem D1_spectrum : forall k, let rho := (sqrt L - sqrt mu) / (sqrt L + sqrt mu) in
    norm (after k (chebyshev mu L) spectrum) <= 2 * rho ^ k / (1 + rho ^ (2 * k)) * norm (start spectrum).
  Proof. intros k rho. apply every_bound_holds_of_norms with (mu := mu) (L := L); [| exact inside]. intros. apply D1_chebyshev; assumption. Qed.
End ledger.
