/// Scores: error, coverage, skill against a baseline, and how they are put together.
@NullMarked
package io.eddy.model.evaluation;

import org.jspecify.annotations.NullMarked;
