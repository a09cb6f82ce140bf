/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_smime_keys: the keys that the seeds of fuzz_smime_decrypt are encrypted to, as decryption_key_file has them.
 * They open nothing else.
 */
#pragma once

/* clang-format off */
static const char fuzz_smime_key_rsa[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQCjLGNPihdwJeXl\n"
    "GKevoAZn0pgscbqJ6ldfOYKFuH4NX7aNvV8xkFP9QueNouMeOb31+thIiWXHJtx6\n"
    "xae+/MTxEcn8eWLsTsqIH9ltsZz1dxPP7H70deE5DGDxvbrABPdBg8EUyiiVMDgf\n"
    "SATovbohwrHYOBDXezCLDSJwsx0b0jhMNcAohbo0JuO9FErtzPOGWOvXg03BJdid\n"
    "UIu/r9P4I6QwHKDeHYEhEGViXg9K88Ng7WM4B3xpLDgPE4xTmRaXehZOAsFufY+2\n"
    "zcLV+yUR4s8UEJmLCLSYqd6nGOUFC4YaTKMgPCkWMc3SSbbK5B3DZsKTduHmoP6k\n"
    "OE90xBF9AgMBAAECggEAA54RuJBzlbyoBK91KOdXulhYn87zUf3plcvxA7++lFN9\n"
    "eQB3BQ1cU1EhpYn0K4t1AD2hVbWtauAcGLZbkkLJJ0gGmJaPVcpRt/lZc71cNl6U\n"
    "svIdBr87RkLAPnO/RA+yyezJbHQmjgIoPbH2ITvIOISNYUwC5ugNVYktwjOyWZdt\n"
    "19+H8SZF5BqTrGBnDm+GKTyVkp82PBYexBPjcDaOzMmWNcZ+2HlDTXNp0bX1ru1m\n"
    "IB4eHFDz6+PUoY5M90cMPW2vrWnEBuk7L9uCzRBsKUIyoEXapFBZGMzsn2hPeXjX\n"
    "2ZnBKRgQCjNMK0p1fPNl4UpBWKbz8R5uPlQWMvn5EQKBgQDX1PYw92e/Y3/tDtxA\n"
    "xBZHoOJFFujalgzJbZBJpo4/jBifiXAz8Nalgd/0CPuTK3i3XW5ONeK6XDTVtqrN\n"
    "vJnwe05jJOGq0qBK0IBjKhnjEQChU7uayvKhC3IEOjhCkfoxiu9Qh1o+mvbMeG9Z\n"
    "npaQV4N2zVnbZt+pwQuIALVfDQKBgQDBipQm5TJpV4Htkg7Zx/97jsKzDMItoqTa\n"
    "lgzmtRED0hiOcmyXZVYM4Bg2TRrDCG2pS9Od1lUrntt7iD57j/YHDzfxDBEUYA7/\n"
    "jOQrsdTL1MzhEQxueVDASXOvjQfUdFVM58SOwE+1E5xvnshE7rZy8avUG7FLJQV4\n"
    "hY5ULghgMQKBgQDUeQUH/Xb39bbpI1j2tVMNnrdBtqTzEwZxgVeq+blNm9hdrgp0\n"
    "R6K3elyDPBiVsBT9xo+hlPCn77/fqB0LvqB5Gpp3hcZWyVUdcZcCiF7Fp2ZMa0bj\n"
    "wukKW18aBEqAVn7MKO8hAq53tUxCzEkqG7IzVMPJv6y3DdYfojh84d2rPQKBgQCu\n"
    "pmMzBjkLno/81oTYOgZudVF1SdogXFjvd+CEgHiuPfUy9kbQB/4y+DZhKgswXHa5\n"
    "A1gfYr7Q8jWVsEjSMAMQM8eDmiP/gv+F1JpCY+NnXMzVfRD+0DLyklX24Qljyub+\n"
    "01coippjCSNuBpcqvU+fQj6Q1byT1wCs1biudivQwQKBgQCt/5c6Z8jJwE0lDLuX\n"
    "rO/BhgF/XoMJuRZ+9J/RG/IzcnFz6R+tEC7rKK83W0GIMkYajSLFyqfgtOTNnu88\n"
    "V1Z+MksTqGEe3da1yQ/U9YZwMjrYOQiPTn9C0mI11VNNpC5j8sonEm8U2koHIWGE\n"
    "0Oc7XN8xmQ2VSRQsrUAZMs2pCA==\n"
    "-----END PRIVATE KEY-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIDBzCCAe+gAwIBAgIUEvxwVek3THJPAqmJfWbW/C/ZToMwDQYJKoZIhvcNAQEL\n"
    "BQAwEzERMA8GA1UEAwwIZnV6ei1yc2EwHhcNMjYxMTI5MDQ0NjM2WhcNMzYxMTI2\n"
    "MDQ0NjM2WjATMREwDwYDVQQDDAhmdXp6LXJzYTCCASIwDQYJKoZIhvcNAQEBBQAD\n"
    "ggEPADCCAQoCggEBAKMsY0+KF3Al5eUYp6+gBmfSmCxxuonqV185goW4fg1fto29\n"
    "XzGQU/1C542i4x45vfX62EiJZccm3HrFp778xPERyfx5YuxOyogf2W2xnPV3E8/s\n"
    "fvR14TkMYPG9usAE90GDwRTKKJUwOB9IBOi9uiHCsdg4ENd7MIsNInCzHRvSOEw1\n"
    "wCiFujQm470USu3M84ZY69eDTcEl2J1Qi7+v0/gjpDAcoN4dgSEQZWJeD0rzw2Dt\n"
    "YzgHfGksOA8TjFOZFpd6Fk4CwW59j7bNwtX7JRHizxQQmYsItJip3qcY5QULhhpM\n"
    "oyA8KRYxzdJJtsrkHcNmwpN24eag/qQ4T3TEEX0CAwEAAaNTMFEwHQYDVR0OBBYE\n"
    "FGasLx1n817zIRp+y24aIU6yw3MgMB8GA1UdIwQYMBaAFGasLx1n817zIRp+y24a\n"
    "IU6yw3MgMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBAEg6l7Gc\n"
    "JVE2Z7jpULvgN81Sbt5AJFVyx9Q7JkG0CviIzjY5mdCEzxheQsUY7l+aP7QJh+oX\n"
    "a9x3xS+8zUTrO4zmmAq33yHzvcw2S7mk+9EkyKmxKlKS4ZDACX5jMeQLxLiWP+AF\n"
    "eVD+tjMgYeryeEMCJmwJQvN7jNwmiHJ1uQFqI7GnhgZxD8u8oEfYsHopwb773Pdy\n"
    "JMlbG3UKOgmYnW1WLzdXd/yXUFFtTBUqIZ5jJm8lE1bpv++j/M2NZJGgPJnt4B0H\n"
    "ifKM+3XXb0sSNEV8D9m7K6Zc8pZqszeWkpH5ydUn52PHIDuKg8E4kQV/LNrA8R6L\n"
    "gywALzZqhHu4ZMs=\n"
    "-----END CERTIFICATE-----\n";

static const char fuzz_smime_key_ec[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLbhm8oBldY51oj+S\n"
    "iLVE9kqkHbIX5BlFe/hkgQ7WLSuhRANCAASx0og//W/La7whAO/RT92QpWT4RqZU\n"
    "Vuy3n5+vgATB75mejfkq0+RJUhXVL5CkTlv5PNmEwqinlHFV4fiGlfcp\n"
    "-----END PRIVATE KEY-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeTCCAR+gAwIBAgIUY4tNwKlTg4WhC50rBzy39+DmaXMwCgYIKoZIzj0EAwIw\n"
    "EjEQMA4GA1UEAwwHZnV6ei1lYzAeFw0yNjExMjkwNDQ2MzZaFw0zNjExMjYwNDQ2\n"
    "MzZaMBIxEDAOBgNVBAMMB2Z1enotZWMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AASx0og//W/La7whAO/RT92QpWT4RqZUVuy3n5+vgATB75mejfkq0+RJUhXVL5Ck\n"
    "Tlv5PNmEwqinlHFV4fiGlfcpo1MwUTAdBgNVHQ4EFgQU6WwhoIdpbXx49QMGvMT4\n"
    "+n9L+vMwHwYDVR0jBBgwFoAU6WwhoIdpbXx49QMGvMT4+n9L+vMwDwYDVR0TAQH/\n"
    "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAiB9fcntdXnNvPxacoSHxff+w4qJa\n"
    "FexN50a5eDLRUU8CIBmfr3qYBmBDVK6Ff34wfRS2OwYyf7sGZkCzFKgGETzd\n"
    "-----END CERTIFICATE-----\n";

/* clang-format on */
