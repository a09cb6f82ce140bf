/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fcgi_nothing: a FastCGI program that does nothing but answer: what bench_idle compares the endpoints with. The query
 * string is how many bytes it answers, so that what an answer's length costs can be told from what the program does.
 */
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_BYTES = 3, BYTES_MAX = 1 << 20 };

static int wanted_bytes(const FCGX_Request *request)
{
    const char *query = FCGX_GetParam("QUERY_STRING", request->envp);
    int bytes = query != NULL && *query != '\0' ? atoi(query) : USUAL_BYTES;
    return bytes >= 0 && bytes <= BYTES_MAX ? bytes : USUAL_BYTES;
}

int main(void)
{
    FCGX_Request request;
    static char body[BYTES_MAX];
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0) {
        return 3;
    }
    memset(body, '\n', sizeof body);
    while (FCGX_Accept_r(&request) == 0) {
        int bytes = wanted_bytes(&request);
        FCGX_FPrintF(request.out, "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", bytes);
        FCGX_PutStr(body, bytes, request.out);
        FCGX_Finish_r(&request);
    }
    return 0;
}
