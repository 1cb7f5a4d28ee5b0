/* IOKit-style C++ over the classes: cxx_calls.cpp does it, this counts. */
#include "tests/target/cxx_calls.h"
#include "tests/target/tap.h"

int main(void)
{
    TAP_RUN(cxx__map_reads_as_in_iokit);
    TAP_RUN(cxx__casts_follow_the_class_tree);
    TAP_RUN(cxx__composed_descriptors);
    TAP_RUN(cxx__driverkit_names);
    TAP_RUN(cxx__other_members);
    return tap_done();
}
