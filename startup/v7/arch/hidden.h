/*
 * Before every file that runs with the MMU off: all that it names is in this image, and so at a fixed
 * distance from the code.
 */
#ifndef ARCH_HIDDEN_H
#define ARCH_HIDDEN_H

#pragma GCC visibility push(hidden)

#endif
