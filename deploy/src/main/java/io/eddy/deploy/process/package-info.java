/// How the process behaves towards its caller: how it stops, what it ends with, where it logs.
@NullMarked
package io.eddy.deploy.process;

import org.jspecify.annotations.NullMarked;
