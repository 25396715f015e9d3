/// What an operator tells the application: commands in, and what follows from them.
@NullMarked
package io.eddy.processors.control;

import org.jspecify.annotations.NullMarked;
