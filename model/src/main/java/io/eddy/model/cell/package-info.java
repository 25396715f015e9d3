/// Recurrent cells, each the equations of one step.
@NullMarked
package io.eddy.model.cell;

import org.jspecify.annotations.NullMarked;
