/// One class for each command of `eddy`: what it takes, what it says, what it returns.
@NullMarked
package io.eddy.deploy.command;

import org.jspecify.annotations.NullMarked;
