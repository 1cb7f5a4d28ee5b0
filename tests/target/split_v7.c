/* AArch32 has nothing more. */
#include "tests/target/split.h"

void split_run_more(void)
{
}
