/* The tests of test_cxx.c, in C++. */
#ifndef TESTS_TARGET_CXX_CALLS_H
#define TESTS_TARGET_CXX_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

void cxx__map_reads_as_in_iokit(void);
void cxx__casts_follow_the_class_tree(void);
void cxx__composed_descriptors(void);
void cxx__driverkit_names(void);
void cxx__other_members(void);

#ifdef __cplusplus
}
#endif

#endif
