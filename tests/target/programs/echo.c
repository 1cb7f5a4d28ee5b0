/* Reads lines to the end of the input and prints each in brackets; ends with how many there were. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    char line[100];
    int count = 0;

    setvbuf(stdout, NULL, _IONBF, 0);
    printf("terminal: %d\n", isatty(0));
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        printf("<%s>\n", line);
        count++;
    }
    printf("end of input: %d, %d\n", feof(stdin) != 0, ferror(stdin) != 0);
    return count;
}
