package io.eddy.model.baseline;

/// Solves A x = b for a symmetric positive definite A = L Lᵀ.
final class Cholesky {

  private Cholesky() {}

  /// Replaces the lower triangle of A by that of L.
  ///
  /// @param a (n, n), overwritten
  static void factor(double[] a, int n) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i * n + j];
        for (int k = 0; k < j; k++) {
          sum -= a[i * n + k] * a[j * n + k];
        }
        if (i == j) {
          if (!(sum > 0)) {
            throw new ArithmeticException(
                "row %d of %d depends on those before it: the matrix is not positive definite"
                    .formatted(i, n));
          }
          a[i * n + i] = Math.sqrt(sum);
        } else {
          a[i * n + j] = sum / a[j * n + j];
        }
      }
    }
  }

  /// @param l (n, n), as [#factor] leaves it
  /// @param b (n), overwritten with x
  static void solve(double[] l, int n, double[] b) {
    for (int i = 0; i < n; i++) {
      double sum = b[i];
      for (int k = 0; k < i; k++) {
        sum -= l[i * n + k] * b[k];
      }
      b[i] = sum / l[i * n + i];
    }
    for (int i = n - 1; i >= 0; i--) {
      b[i] /= l[i * n + i];
      for (int k = 0; k < i; k++) {
        b[k] -= l[i * n + k] * b[i];
      }
    }
  }
}
