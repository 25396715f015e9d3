/// What a person sees in a terminal: sparklines, tables, a live screen, plain lines.
@NullMarked
package io.eddy.deploy.terminal;

import org.jspecify.annotations.NullMarked;
