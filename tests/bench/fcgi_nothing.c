/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fcgi_nothing: a FastCGI program that does nothing but answer: what bench_idle compares the endpoints with.
 */
#include <fcgiapp.h>

int main(void)
{
    FCGX_Request request;
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0) {
        return 3;
    }
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nOK\n", request.out);
        FCGX_Finish_r(&request);
    }
    return 0;
}
